//! Every way to an admin's or an owner's rights waits, and every other way does not.
use super::{Board, LIST, approve};
use crate::{
    give,
    invitations::{accept, invited},
    member_path, problem, role, row, rows,
};
use purser_kernel::{PermissionSet, Scope};
use purser_tests::{app::Tenant, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

async fn permissions(who: &Tenant, member: &str, grants: &[&str], denials: &[&str]) -> purser_tests::app::Answer {
    let body = json!({ "grants": grants, "denials": denials });
    who.put(&format!("{member}/permissions"), &body).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_promotion_is_done_at_once(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let viewer = board.person(&["viewer"]).await;
    give(&board.owner, &viewer.path, &["manager"]).await.expect(200);
    permissions(&board.owner, &viewer.path, &["orders.confirm", "audit.read"], &["orders.read"]).await.expect(200);
    permissions(&board.owner, &viewer.path, &[], &[]).await.expect(200);
    // Fewer rights and the same ones.
    give(&board.owner, &board.second.path, &["admin", "viewer"]).await.expect(200);
    give(&board.owner, &board.second.path, &["manager"]).await.expect(200);
    assert!(rows(&board.owner, LIST).await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn grants_that_amount_to_it(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let manager = board.person(&["manager"]).await;
    let before = board.member(&manager.path).await;
    // In small portions as well.
    for permission in ["members.manage", "roles.manage", "integrations.manage", "identities.manage"] {
        let shown = board.asked(&permissions(&board.owner, &manager.path, &[permission], &[]).await).await;
        assert_eq!(shown["summary"], format!("Let Olive Owner do more than their roles allow: {permission}"));
    }
    assert_eq!(board.member(&manager.path).await, before);
    let shown = board.asked(&permissions(&board.owner, &manager.path, &["roles.manage"], &[]).await).await;
    approve(&board.second.tenant, &shown).await.expect(200);
    assert_eq!(board.member(&manager.path).await["grants"], json!(["roles.manage"]));
    // The end of a denial gives, too.
    permissions(&board.owner, &manager.path, &["roles.manage"], &["roles.manage"]).await.expect(200);
    board.asked(&permissions(&board.owner, &manager.path, &["roles.manage"], &[]).await).await;
    assert_eq!(board.member(&manager.path).await["denials"], json!(["roles.manage"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_that_somebody_has(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let clerk = json!({ "name": "Clerk", "rank": 50, "permissions": ["orders.read"] });
    let clerk = board.owner.create("/v1/roles", &clerk).await;
    let path = format!("/v1/roles/{}", clerk["id"].as_str().unwrap());
    // While nobody has it, it may allow anything: giving it is the promotion.
    let more = json!({ "permissions": ["orders.read", "members.manage"], "rank": 80 });
    board.owner.patch(&path, 1, &more).await.expect(200);
    let viewer = board.person(&["viewer"]).await;
    board.waits(&viewer.path, &["Clerk"]).await;
    board.owner.patch(&path, 2, &json!({ "permissions": ["orders.read"], "rank": 50 })).await.expect(200);
    give(&board.owner, &viewer.path, &["Clerk"]).await.expect(200);
    // Then, what it becomes everybody becomes who has it.
    for change in [json!({ "permissions": ["members.manage"] }), json!({ "rank": 80 }), more] {
        let shown = board.asked(&board.owner.patch(&path, 3, &change).await).await;
        assert!(shown["summary"].as_str().unwrap().contains("everybody with the role Clerk"), "{shown}");
    }
    board.owner.patch(&path, 3, &json!({ "description": "At the counter" })).await.expect(200);
    let role = board.owner.get(&path).await.expect(200).json();
    assert_eq!((&role["rank"], &role["permissions"]), (&json!(50), &json!(["orders.read"])));
    // What was asked before the description was another is asked for another role.
    let stale = row(&board.owner, LIST, "status", "pending").await;
    let stale = board.approval(stale["approval_id"].as_str().unwrap()).await;
    problem(&approve(&board.second.tenant, &stale).await, 409, "approval_content_changed");
    let change = json!({ "name": "Head clerk", "permissions": ["members.manage"] });
    let shown = board.asked(&board.owner.patch(&path, 4, &change).await).await;
    approve(&board.second.tenant, &shown).await.expect(200);
    let role = board.owner.get(&path).await.expect(200).json();
    assert_eq!((&role["name"], &role["permissions"]), (&json!("Head clerk"), &json!(["members.manage"])));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_invitation(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let token = invited(&board.app, &board.owner, "nora@example.org", "admin").await;
    let joined = accept(&board.app, &token).await.expect(200).json();
    let nora = board.owner.with_tokens(&joined);
    let me = nora.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["roles"], &me["permissions"]), (&json!([]), &json!([])));
    let request = rows(&board.owner, LIST).await.remove(0);
    let shown = board.approval(request["approval_id"].as_str().unwrap()).await;
    assert_eq!(
        (&shown["summary"], &request["requested_by"]),
        (&json!("Make Nora New admin (now without a role)"), &json!(board.owner.user_id))
    );
    // Who invited answers for it, and is not the second person.
    problem(&approve(&board.owner, &shown).await, 403, "separation_of_duties");
    problem(&approve(&nora, &shown).await, 403, "forbidden");
    approve(&board.second.tenant, &shown).await.expect(200);
    assert_eq!(nora.get("/v1/me").await.expect(200).json()["roles"], json!(["admin"]));
    // A lower role is there at once.
    let token = invited(&board.app, &board.owner, "olga@example.org", "manager").await;
    let joined = accept(&board.app, &token).await.expect(200).json();
    let olga = board.owner.with_tokens(&joined);
    assert_eq!(olga.get("/v1/me").await.expect(200).json()["roles"], json!(["manager"]));
}

/// What a sign-in by a directory does whose groups are mapped to these roles.
async fn follows(board: &Board, who: &Tenant, mapped: &[&str], given: &[&str]) {
    let services = board.app.app().services();
    let (organization, user) = (board.owner.organization_id.parse().unwrap(), who.user_id.parse().unwrap());
    let tx = services.store.write(&Scope::user(organization, user, PermissionSet::empty())).await.unwrap();
    let ids = |names: Vec<String>| names.iter().map(|id| id.parse().unwrap()).collect::<Vec<_>>();
    let (mut all, mut some) = (Vec::new(), Vec::new());
    for name in mapped {
        all.push(role(&board.owner, name).await);
    }
    for name in given {
        some.push(role(&board.owner, name).await);
    }
    services.memberships.follow(&tx, user, &ids(all), &ids(some)).await.unwrap();
    tx.commit().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_of_a_directory(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let ann = board.person(&[]).await;
    let mapped = ["admin", "manager"];
    let waiting = async || -> Vec<Value> { rows(&board.owner, &format!("{LIST}?status=pending")).await };
    for _ in 0..2 {
        follows(&board, &ann.tenant, &mapped, &mapped).await;
        assert_eq!(board.roles(&ann.path).await, ["manager"]);
        assert_eq!(waiting().await.len(), 1);
    }
    // What the directory does not say any more waits no longer.
    follows(&board, &ann.tenant, &mapped, &["manager"]).await;
    assert!(waiting().await.is_empty());
    follows(&board, &ann.tenant, &mapped, &mapped).await;
    let request = waiting().await.remove(0);
    assert_eq!(request["requested_by"], Value::Null);
    let shown = board.approval(request["approval_id"].as_str().unwrap()).await;
    let reject = format!("/v1/approvals/{}/reject", request["approval_id"].as_str().unwrap());
    board.second.tenant.post(&reject, &json!({ "reason": "No" })).await.expect(200);
    // A no is not asked about at every sign-in.
    follows(&board, &ann.tenant, &mapped, &mapped).await;
    assert!(waiting().await.is_empty());
    // Somebody else is another question.
    let ben = board.person(&[]).await;
    assert_eq!(ben.path, member_path(&board.owner, &ben.tenant).await);
    follows(&board, &ben.tenant, &mapped, &["admin"]).await;
    let request = waiting().await.remove(0);
    let other = board.approval(request["approval_id"].as_str().unwrap()).await;
    assert_ne!(other["payload_hash"], shown["payload_hash"]);
    approve(&board.owner, &other).await.expect(200);
    assert_eq!(board.roles(&ben.path).await, ["admin"]);
    follows(&board, &ben.tenant, &mapped, &[]).await;
    assert!(board.roles(&ben.path).await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn approval_through_a_generic_patch(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let viewer = board.person(&["viewer"]).await;
    let shown = board.waits(&viewer.path, &["admin"]).await;
    let path = format!("{LIST}/{}", shown["subject_id"].as_str().unwrap());
    for who in [&board.owner, &board.second.tenant] {
        problem(&who.patch(&path, 1, &json!({ "status": "applied" })).await, 405, "method_not_allowed");
        problem(&who.put(&path, &json!({ "status": "applied" })).await, 405, "method_not_allowed");
        let body = json!({ "role_ids": [], "approval_id": shown["id"] });
        problem(&who.put(&format!("{}/roles", viewer.path), &body).await, 422, "validation_failed");
    }
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
}
