//! What is sent, to whom, and by whom.
use super::{LIST, accept, at, invite, invited, token};
use crate::{give, person, problem, row, rows};
use purser_kernel::PermissionSet;
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_says_who_invites_to_what(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let made = invite(&owner, "Nora@Example.org", "viewer").await.expect(201);
    let invitation = made.json();
    assert_eq!((&invitation["email"], &invitation["status"]), (&json!("Nora@Example.org"), &json!("pending")));
    assert_eq!((&invitation["role"]["name"], &invitation["invited_by"]), (&json!("viewer"), &json!(owner.user_id)));
    let token = token(&app, "nora@example.org", 1).await;
    let mail = app.mail("nora@example.org", "invites you").await;
    for part in ["Olive Owner", "Blue Harbor Foods", "viewer"] {
        assert!(mail.text.contains(part), "{mail:?}");
    }
    // Who invites does not learn the token: it proves the address.
    assert!(!made.body.contains(&token));
    for path in [LIST, "/v1/audit-logs", "/v1/members"] {
        assert!(!owner.get(path).await.expect(200).body.contains(&token), "{path}");
    }
    let jobs = "select cast(payload as text) from jobs where kind = 'invitation.mail'";
    let jobs = app.database.owner().await.rows(jobs).await.unwrap();
    assert!(jobs.len() == 1 && !jobs[0][0].contains(&token), "{jobs:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_invites_to_more_than_they_have(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    owner.create("/v1/roles", &json!({ "name": "Buyer", "rank": 10, "permissions": ["products.read"] })).await;
    owner.create("/v1/roles", &json!({ "name": "Hirer", "rank": 50, "permissions": ["members.manage"] })).await;
    let admin = person(&app, &owner, &["admin"]).await.tenant;
    let hirer = person(&app, &owner, &["Hirer"]).await.tenant;
    problem(&invite(&admin, "nora@example.org", "owner").await, 403, "rank_too_high");
    problem(&invite(&hirer, "nora@example.org", "admin").await, 403, "rank_too_high");
    problem(&invite(&hirer, "nora@example.org", "Buyer").await, 403, "permission_not_held");
    invite(&hirer, "nora@example.org", "hirer").await.expect(201);
    // Nor is such an invitation sent again or taken back.
    let high = invite(&owner, "olga@example.org", "owner").await.expect(201).json();
    for verb in ["resend", "revoke"] {
        problem(&admin.verb(&format!("{}/{verb}", at(&high))).await, 403, "rank_too_high");
    }
    problem(&app.member(&owner, PermissionSet::empty()).await.get(LIST).await, 403, "forbidden");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_address_is_invited_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let first = invite(&owner, "nora@example.org", "viewer").await.expect(201).json();
    problem(&invite(&owner, " NORA@example.org", "viewer").await, 409, "already_invited");
    owner.verb(&format!("{}/revoke", at(&first))).await.expect(200);
    let second = invite(&owner, "nora@example.org", "viewer").await.expect(201).json();
    // One that ran out gives way.
    let sql = "update invitations set expires_at = '2026-11-20 10:00:00+00:00'";
    app.database.owner().await.execute(sql).await.unwrap();
    invite(&owner, "nora@example.org", "viewer").await.expect(201);
    let before = row(&owner, LIST, "id", second["id"].as_str().unwrap()).await;
    assert_eq!(before["status"], "revoked");
    // A member is not invited, be it one who is disabled.
    let viewer = person(&app, &owner, &["viewer"]).await;
    let shouted = viewer.tenant.email.to_uppercase();
    problem(&invite(&owner, &shouted, "viewer").await, 409, "already_member");
    owner.verb(&format!("{}/disable", viewer.path)).await.expect(200);
    problem(&invite(&owner, &shouted, "viewer").await, 409, "already_member");
    // What only looks like an address is none.
    for look_alike in ["n\u{43e}ra@example.org", "nora@ex\u{430}mple.org", "nora@example.org.", "nora", "nora@example"]
    {
        let answer = invite(&owner, look_alike, "viewer").await.expect(422);
        assert_eq!(answer.errors(), [("/email".to_owned(), "not_an_email".to_owned())], "{look_alike}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_role_is_named_one_way(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = crate::role(&owner, "viewer").await;
    for (body, fault) in [
        (json!({ "email": "nora@example.org" }), ("/role_id", "required")),
        (json!({ "email": "nora@example.org", "role": "viewer", "role_id": viewer }), ("/role", "ambiguous")),
        (json!({ "email": "nora@example.org", "role": "boss" }), ("/role", "unknown_reference")),
    ] {
        let answer = owner.post(LIST, &body).await.expect(422);
        assert_eq!(answer.errors(), [(fault.0.to_owned(), fault.1.to_owned())], "{body}");
    }
    owner.create(LIST, &json!({ "email": "nora@example.org", "role_id": viewer })).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn sent_again_it_has_another_token(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let first = invited(&app, &owner, "nora@example.org", "viewer").await;
    let invitation = rows(&owner, LIST).await.remove(0);
    let resent = owner.verb(&format!("{}/resend", at(&invitation))).await.expect(200).json();
    assert!(resent["expires_at"].as_str().unwrap() > invitation["expires_at"].as_str().unwrap());
    let second = token(&app, "nora@example.org", 2).await;
    assert_ne!(first, second);
    problem(&accept(&app, &first).await, 404, "invalid_invitation");
    // What ran out works again.
    let sql = "update invitations set expires_at = '2026-11-20 10:00:00+00:00'";
    app.database.owner().await.execute(sql).await.unwrap();
    problem(&accept(&app, &second).await, 404, "invalid_invitation");
    owner.verb(&format!("{}/resend", at(&invitation))).await.expect(200);
    accept(&app, &token(&app, "nora@example.org", 3).await).await.expect(200);
    problem(&owner.verb(&format!("{}/resend", at(&invitation))).await, 409, "illegal_transition");
    problem(&owner.verb(&format!("{}/revoke", at(&invitation))).await, 409, "illegal_transition");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_somebody_is_invited_to_is_not_deleted(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let role = owner.create("/v1/roles", &json!({ "name": "Packer", "permissions": [] })).await;
    let path = format!("/v1/roles/{}", role["id"].as_str().unwrap());
    let invitation = invite(&owner, "nora@example.org", "packer").await.expect(201).json();
    problem(&owner.delete(&path, 1).await, 409, "in_use");
    for _ in 0..2 {
        owner.verb(&format!("{}/revoke", at(&invitation))).await.expect(200);
    }
    owner.delete(&path, 1).await.expect(204);
    let left = row(&owner, LIST, "email", "nora@example.org").await;
    assert_eq!((&left["role"], &left["status"]), (&json!(null), &json!("revoked")));
    assert_eq!(rows(&owner, "/v1/audit-logs?action=invitation.revoke").await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_invitation_is_worth_what_its_sender_may_give(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let admin = person(&app, &owner, &["admin"]).await;
    let token = invited(&app, &admin.tenant, "nora@example.org", "admin").await;
    give(&owner, &admin.path, &["viewer"]).await.expect(200);
    problem(&accept(&app, &token).await, 404, "invalid_invitation");
    give(&owner, &admin.path, &["admin"]).await.expect(200);
    owner.verb(&format!("{}/disable", admin.path)).await.expect(200);
    problem(&accept(&app, &token).await, 404, "invalid_invitation");
    // Whoever sends it again answers for it.
    let invitation = rows(&owner, LIST).await.remove(0);
    owner.verb(&format!("{}/resend", at(&invitation))).await.expect(200);
    let token = super::token(&app, "nora@example.org", 2).await;
    accept(&app, &token).await.expect(200);
    eventually("every mail to be sent", || async { (app.mails("nora@example.org").len() == 2).then_some(()) }).await;
}
