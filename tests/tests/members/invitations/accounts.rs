//! Who accepts: somebody new, somebody with an account, somebody who was here before.
use super::{LIST, accept, accept_with, invited};
use crate::{member_path, names, person, problem, row, rows};
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_new_gets_an_account(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let token = invited(&app, &owner, "nora@example.org", "operator").await;
    let preview = json!({ "token": token });
    let preview = app.anonymous("POST", "/v1/invitations/preview", Some(&preview)).await.expect(200).json();
    assert_eq!(
        (&preview["organization_name"], &preview["role"], &preview["email"], &preview["has_account"]),
        (&json!("Blue Harbor Foods"), &json!("operator"), &json!("nora@example.org"), &json!(false))
    );
    let faults = app.anonymous("POST", "/v1/invitations/accept", Some(&json!({ "token": token }))).await.expect(422);
    assert_eq!(
        faults.errors(),
        [("/full_name", "required"), ("/password", "required")].map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    let weak = json!({ "token": token, "full_name": "Nora New", "password": "nora@example.org" });
    app.anonymous("POST", "/v1/invitations/accept", Some(&weak)).await.expect(422);

    let joined = accept(&app, &token).await.expect(200).json();
    assert_eq!(joined["organization_id"], owner.organization_id);
    assert!(joined["user"]["email_verified_at"].is_string(), "{joined}");
    let nora = owner.with_tokens(&joined);
    let me = nora.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["user"]["full_name"], &me["roles"]), (&json!("Nora New"), &json!(["operator"])));
    let member = row(&owner, "/v1/members", "email", "nora@example.org").await;
    assert_eq!((&member["status"], names(&member)), (&json!("active"), vec!["operator"]));
    let invitation = row(&owner, LIST, "email", "nora@example.org").await;
    assert_eq!((&invitation["status"], &invitation["accepted_by"]), (&json!("accepted"), &member["user_id"]));
    // The token has proved the address.
    let verified = "select email from users where email_verified_at is not null";
    assert_eq!(app.database.owner().await.rows(verified).await.unwrap(), [["nora@example.org"]]);
    let body = json!({ "email": "nora@example.org", "password": PASSWORD });
    app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_account_joins_with_its_password(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, nora) = (app.tenant("Blue Harbor Foods").await, app.tenant("Elsewhere").await);
    let token = invited(&app, &owner, &nora.email.to_uppercase(), "viewer").await;
    let preview = app.anonymous("POST", "/v1/invitations/preview", Some(&json!({ "token": token }))).await;
    assert_eq!(preview.expect(200).json()["has_account"], true);
    let faults = app.anonymous("POST", "/v1/invitations/accept", Some(&json!({ "token": token }))).await.expect(422);
    assert_eq!(faults.errors(), [("/password".to_owned(), "required".to_owned())]);
    for _ in 0..5 {
        problem(&accept_with(&app, &token, "wrong horse battery staple").await, 401, "invalid_credentials");
    }
    // As at sign-in, guessing is slowed down.
    problem(&accept_with(&app, &token, PASSWORD).await, 429, "too_many_requests");
    assert_eq!(row(&owner, LIST, "status", "pending").await["accepted_at"], json!(null));
    let sql = "update sign_in_networks set next_try_at = null";
    app.database.owner().await.execute(sql).await.unwrap();
    let joined = accept_with(&app, &token, PASSWORD).await.expect(200).json();
    assert_eq!(
        (&joined["user"]["id"], &joined["organization_id"]),
        (&json!(nora.user_id), &json!(owner.organization_id))
    );
    let here = nora.with_tokens(&joined);
    assert_eq!(here.get("/v1/me").await.expect(200).json()["roles"], json!(["viewer"]));
    // At home nothing has changed.
    assert_eq!(nora.get("/v1/me").await.expect(200).json()["roles"], json!(["owner"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_signed_in_joins_with_their_own_address_alone(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, nora, other) =
        (app.tenant("Blue Harbor Foods").await, app.tenant("Elsewhere").await, app.tenant("Nowhere").await);
    let token = invited(&app, &owner, &nora.email, "viewer").await;
    let body = json!({ "token": token });
    problem(&other.post("/v1/invitations/accept", &body).await, 403, "invitation_for_another");
    let forged = app.request("POST", "/v1/invitations/accept").bearer_auth("nonsense").json(&body);
    problem(&Answer::of(forged).await, 401, "unauthenticated");
    let joined = nora.post("/v1/invitations/accept", &body).await.expect(200).json();
    assert_eq!(nora.with_tokens(&joined).get("/v1/me").await.expect(200).json()["roles"], json!(["viewer"]));
    nora.get("/v1/me").await.expect(200);
    // An address that nobody has signed up with is not the caller's either.
    let token = invited(&app, &owner, "nobody@example.org", "viewer").await;
    problem(&other.post("/v1/invitations/accept", &json!({ "token": token })).await, 403, "invitation_for_another");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_was_removed_comes_back_as_themselves(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let old = person(&app, &owner, &["manager"]).await;
    owner
        .put(&format!("{}/permissions", old.path), &json!({ "grants": ["audit.read"], "denials": [] }))
        .await
        .expect(200);
    owner.delete(&old.path, 3).await.expect(204);
    let token = invited(&app, &owner, &old.tenant.email, "viewer").await;
    let joined = accept_with(&app, &token, PASSWORD).await.expect(200).json();
    assert_eq!(member_path(&owner, &old.tenant).await, old.path);
    let back = owner.get(&old.path).await.expect(200).json();
    assert_eq!((names(&back), &back["grants"]), (vec!["viewer"], &json!([])));
    old.tenant.with_tokens(&joined).get("/v1/orders").await.expect(200);
    // A session from before is over.
    problem(&old.tenant.get("/v1/me").await, 401, "unauthenticated");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_they_had_sent_and_delegated_does_not_come_back(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let (old, deputy) = (person(&app, &owner, &["admin"]).await, person(&app, &owner, &["manager"]).await);
    let token = invited(&app, &old.tenant, "nora@example.org", "viewer").await;
    let kept = invited(&app, &owner, "olga@example.org", "viewer").await;
    let until = (Clock::system().now() + TimeDelta::days(7)).to_rfc3339();
    let delegate = async |from: &Tenant, to: &Tenant| {
        let body = json!({ "to_user": to.user_id, "until": until });
        from.post("/v1/approval-delegations", &body).await.expect(201).json()
    };
    delegate(&old.tenant, &deputy.tenant).await;
    delegate(&owner, &old.tenant).await;
    let stays = delegate(&deputy.tenant, &owner).await;
    let version = owner.get(&old.path).await.expect(200).json()["version"].as_i64().unwrap();
    owner.delete(&old.path, version).await.expect(204);
    let ended = async || {
        assert_eq!(row(&owner, LIST, "email", "nora@example.org").await["status"], "revoked");
        assert_eq!(row(&owner, LIST, "email", "olga@example.org").await["status"], "pending");
        assert_eq!(rows(&owner, "/v1/approval-delegations").await, std::slice::from_ref(&stays));
        problem(&accept(&app, &token).await, 404, "invalid_invitation");
    };
    ended().await;
    for (action, count) in [("invitation.revoke", 1), ("approval_delegation.delete", 2)] {
        assert_eq!(rows(&owner, &format!("/v1/audit-logs?action={action}")).await.len(), count, "{action}");
    }
    // What somebody delegates to them in the moment in which they go, not knowing it yet.
    let late = delegate(&owner, &deputy.tenant).await["id"].as_str().unwrap().to_owned();
    let (late, gone) = (uuid_literal(engine, &late), uuid_literal(engine, &old.tenant.user_id));
    let sql = format!("update approval_delegations set to_user = {gone} where id = {late}");
    app.database.owner().await.execute(&sql).await.unwrap();

    let back = invited(&app, &owner, &old.tenant.email, "admin").await;
    accept_with(&app, &back, PASSWORD).await.expect(200);
    ended().await;
    // The address is free again, and what others have sent is as it was.
    invited(&app, &owner, "nora@example.org", "viewer").await;
    accept(&app, &kept).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_was_disabled_meanwhile_stays_out(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let token = invited(&app, &owner, "owner-to-be@example.org", "viewer").await;
    // They come in by another way, and are shut out.
    let viewer = person(&app, &owner, &["viewer"]).await;
    let sql = format!("update invitations set email = '{0}', email_normalized = '{0}'", viewer.tenant.email);
    app.database.owner().await.execute(&sql).await.unwrap();
    problem(&accept_with(&app, &token, PASSWORD).await, 409, "already_member");
    owner.verb(&format!("{}/disable", viewer.path)).await.expect(200);
    problem(&accept_with(&app, &token, PASSWORD).await, 409, "already_member");
    assert_eq!(owner.get(&viewer.path).await.expect(200).json()["status"], "disabled");
}
