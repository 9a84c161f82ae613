//! What a second person decides, and what is looked at again then.
use super::{Board, LIST, approve, assigned};
use crate::{give, problem, role, row, rows};
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_tests::database::{Engine, uuid_literal};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_promotion_is_made_when_a_second_person_has_agreed(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let viewer = board.person(&["viewer"]).await;
    let admin = role(&board.owner, "admin").await;
    let body = json!({ "role_ids": [admin], "reason": "Runs the warehouse from May on" });
    let answer = board.owner.put(&format!("{}/roles", viewer.path), &body).await;
    let shown = board.asked(&answer).await;
    assert_eq!(shown["summary"], "Make Olive Owner admin (now viewer)");
    assert_eq!((&shown["subject"], &shown["about_user"]), (&json!("role_change"), &json!(viewer.tenant.user_id)));
    let content = &shown["content"];
    assert_eq!(content["member"]["email"], viewer.tenant.email);
    assert_eq!(content["change"]["from"][0]["name"], "viewer");
    assert_eq!((&content["change"]["to"][0]["name"], &content["reason"]), (&json!("admin"), &body["reason"]));
    assert_eq!((&shown["steps"], &shown["permission"]), (&json!(["members.manage"]), &json!("members.manage")));
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
    viewer.tenant.get("/v1/api-keys").await.expect(403);

    assert_eq!(assigned(&board.second.tenant).await, 1);
    let done = approve(&board.second.tenant, &shown).await.expect(200).json();
    assert_eq!(done["status"], "approved");
    assert_eq!(board.roles(&viewer.path).await, ["admin"]);
    viewer.tenant.get("/v1/api-keys").await.expect(200);
    let request = board.request(&shown).await;
    assert_eq!((&request["status"], &request["requested_by"]), (&json!("applied"), &json!(board.owner.user_id)));
    assert_eq!(request["change"]["kind"], "member_roles");
    for action in ["role_change.request", "role_change.end"] {
        assert_eq!(rows(&board.owner, &format!("/v1/audit-logs?action={action}")).await.len(), 1, "{action}");
    }
    problem(&approve(&board.second.tenant, &shown).await, 409, "illegal_transition");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn self_approval(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let manager = board.person(&["manager"]).await;
    let grant = json!({ "grants": ["members.manage"], "denials": [] });
    let granted = board.owner.put(&format!("{}/permissions", manager.path), &grant).await;
    let granted = board.asked(&granted).await;
    approve(&board.second.tenant, &granted).await.expect(200);
    // Neither who asks nor who is promoted, though both may manage members.
    let shown = board.waits(&board.second.path, &["owner"]).await;
    for who in [&board.owner, &board.second.tenant] {
        assert_eq!(assigned(who).await, 0);
        problem(&approve(who, &shown).await, 403, "separation_of_duties");
    }
    // Not by a policy of one's own that wants no separation either.
    let policy = json!({ "name": "Mine", "subject": "role_change", "steps": [{ "permission": "members.manage" }],
        "separation_of_duties": false });
    board.owner.create("/v1/approval-policies", &policy).await;
    for who in [&board.owner, &board.second.tenant] {
        problem(&approve(who, &shown).await, 403, "separation_of_duties");
    }
    // Nor in somebody else's name.
    let soon = (Clock::system().now() + TimeDelta::days(3)).to_rfc3339();
    for to in [&board.owner, &board.second.tenant] {
        let body = json!({ "to_user": to.user_id, "until": soon });
        manager.tenant.post("/v1/approval-delegations", &body).await.expect(201);
        problem(&approve(to, &shown).await, 403, "separation_of_duties");
    }
    assert_eq!(board.roles(&board.second.path).await, ["admin"]);
    approve(&manager.tenant, &shown).await.expect(200);
    assert_eq!(board.roles(&board.second.path).await, ["owner"]);
}

/// What was asked is not what would be done: the request is over, and nobody is promoted.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_asked_may_not_ask_it_any_more(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    for lost in ["demoted", "disabled", "denied"] {
        let first = board.person(&["manager"]).await;
        let shown = board.waits(&first.path, &["admin"]).await;
        approve(&board.second.tenant, &shown).await.expect(200);
        let viewer = board.person(&["viewer"]).await;
        let shown = board.asked(&give(&first.tenant, &viewer.path, &["admin"]).await).await;
        match lost {
            "demoted" => drop(give(&board.owner, &first.path, &["manager"]).await.expect(200)),
            "disabled" => drop(board.owner.verb(&format!("{}/disable", first.path)).await.expect(200)),
            _ => {
                let denied = json!({ "grants": [], "denials": ["audit.read"] });
                board.owner.put(&format!("{}/permissions", first.path), &denied).await.expect(200);
            }
        }
        let answer = approve(&board.second.tenant, &shown).await;
        problem(&answer, 409, "approval_content_changed");
        assert!(answer.json()["approval_id"].is_null(), "{lost}");
        assert_eq!(board.roles(&viewer.path).await, ["viewer"], "{lost}");
        assert_eq!(board.request(&shown).await["status"], "superseded", "{lost}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn edit_after_the_request(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    // Other roles meanwhile.
    let viewer = board.person(&["viewer"]).await;
    let shown = board.waits(&viewer.path, &["admin"]).await;
    give(&board.owner, &viewer.path, &["operator"]).await.expect(200);
    problem(&approve(&board.second.tenant, &shown).await, 409, "approval_content_changed");
    assert_eq!(board.roles(&viewer.path).await, ["operator"]);
    assert_eq!(board.request(&shown).await["status"], "superseded");
    // Shut out meanwhile.
    let shown = board.waits(&viewer.path, &["admin"]).await;
    board.owner.verb(&format!("{}/disable", viewer.path)).await.expect(200);
    problem(&approve(&board.second.tenant, &shown).await, 409, "approval_content_changed");
    problem(&give(&board.owner, &viewer.path, &["admin"]).await, 409, "illegal_transition");
    // A role that allows more than was shown: it is asked anew.
    let clerk = board
        .owner
        .create("/v1/roles", &json!({ "name": "Clerk", "rank": 50, "permissions": ["api_keys.manage"] }))
        .await;
    let other = board.person(&["viewer"]).await;
    let shown = board.waits(&other.path, &["Clerk"]).await;
    let more = json!({ "permissions": ["api_keys.manage", "members.manage"] });
    board.owner.patch(&format!("/v1/roles/{}", clerk["id"].as_str().unwrap()), 1, &more).await.expect(200);
    let answer = approve(&board.second.tenant, &shown).await;
    problem(&answer, 409, "approval_content_changed");
    let anew = board.approval(answer.json()["approval_id"].as_str().unwrap()).await;
    assert_eq!(anew["content"]["change"]["to"][0]["permissions"], json!(["members.manage", "api_keys.manage"]));
    assert_eq!(board.request(&anew).await["approval_id"], anew["id"]);
    assert_eq!(board.roles(&other.path).await, ["viewer"]);
    approve(&board.second.tenant, &anew).await.expect(200);
    assert_eq!(board.roles(&other.path).await, ["Clerk"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_no_and_a_second_thought_end_it(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let viewer = board.person(&["viewer"]).await;
    let shown = board.waits(&viewer.path, &["admin"]).await;
    let body = json!({ "reason": "Not yet" });
    let reject = format!("/v1/approvals/{}/reject", shown["id"].as_str().unwrap());
    board.second.tenant.post(&reject, &body).await.expect(200);
    assert_eq!(board.request(&shown).await["status"], "rejected");
    // Wished again, it is asked again.
    let again = board.waits(&viewer.path, &["admin"]).await;
    assert_ne!(again["id"], shown["id"]);
    let path = format!("{LIST}/{}", again["subject_id"].as_str().unwrap());
    let manager = board.person(&["operator"]).await;
    problem(&manager.tenant.verb(&format!("{path}/withdraw")).await, 403, "forbidden");
    let withdrawn = board.owner.verb(&format!("{path}/withdraw")).await.expect(200).json();
    assert_eq!(withdrawn["status"], "withdrawn");
    assert_eq!(board.approval(again["id"].as_str().unwrap()).await["status"], "withdrawn");
    problem(&board.owner.verb(&format!("{path}/withdraw")).await, 409, "illegal_transition");
    // Or where it is decided.
    let third = board.waits(&viewer.path, &["admin"]).await;
    board.owner.verb(&format!("/v1/approvals/{}/withdraw", third["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(board.request(&third).await["status"], "withdrawn");
    assert_eq!(rows(&board.owner, &format!("{LIST}?status=withdrawn")).await.len(), 2);
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
}

/// Of two wishes about the same member, the later one counts.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wished_again_it_is_the_same_and_another_takes_its_place(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let viewer = board.person(&["viewer"]).await;
    let first = board.waits(&viewer.path, &["admin"]).await;
    assert_eq!(board.waits(&viewer.path, &["admin"]).await["id"], first["id"]);
    let second = board.waits(&viewer.path, &["admin", "viewer"]).await;
    assert_eq!(board.request(&first).await["status"], "superseded");
    problem(&approve(&board.second.tenant, &first).await, 409, "illegal_transition");
    approve(&board.second.tenant, &second).await.expect(200);
    assert_eq!(board.roles(&viewer.path).await, ["admin", "viewer"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn approval_by_a_member_disabled_meanwhile(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let viewer = board.person(&["viewer"]).await;
    let shown = board.waits(&viewer.path, &["admin"]).await;
    let user = uuid_literal(engine, &board.second.tenant.user_id);
    let organization = uuid_literal(engine, &board.owner.organization_id);
    board
        .sql(&format!(
            "update memberships set status = 'disabled' where user_id = {user} and organization_id = {organization}"
        ))
        .await;
    let answer = approve(&board.second.tenant, &shown).await;
    assert!([401, 403].contains(&answer.status), "{answer:?}");
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
    let pending = row(&board.owner, LIST, "approval_id", shown["id"].as_str().unwrap()).await;
    assert_eq!(pending["status"], "pending");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn policy_changed_between_request_and_decision(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let third = board.person(&["manager"]).await;
    let shown = board.waits(&third.path, &["admin"]).await;
    approve(&board.second.tenant, &shown).await.expect(200);
    let viewer = board.person(&["viewer"]).await;
    let shown = board.waits(&viewer.path, &["admin"]).await;
    // One more step.
    let step = |permission: &str| json!({ "permission": permission });
    let two = json!({ "name": "Two", "subject": "role_change", "condition": {},
        "steps": [step("members.manage"), step("approvals.manage")] });
    let policy = board.owner.create("/v1/approval-policies", &two).await;
    let half = approve(&board.second.tenant, &shown).await.expect(200).json();
    assert_eq!((&half["status"], &half["permission"]), (&json!("pending"), &json!("approvals.manage")));
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
    problem(&approve(&board.second.tenant, &shown).await, 403, "separation_of_duties");
    // Another permission in it than the third person has.
    let path = format!("/v1/approval-policies/{}", policy["id"].as_str().unwrap());
    let own = json!({ "steps": [step("members.manage"), step("organization.own")] });
    board.owner.patch(&path, 1, &own).await.expect(200);
    problem(&approve(&third.tenant, &shown).await, 403, "forbidden");
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
    // And back.
    board.owner.patch(&path, 2, &json!({ "steps": two["steps"] })).await.expect(200);
    let done = approve(&third.tenant, &shown).await.expect(200).json();
    assert_eq!((&done["status"], done["decisions"].as_array().unwrap().len()), (&json!("approved"), 2));
    assert_eq!(board.roles(&viewer.path).await, ["admin"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_copy_of_an_approved_thing_is_unapproved(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let (viewer, other) = (board.person(&["viewer"]).await, board.person(&["viewer"]).await);
    let shown = board.waits(&viewer.path, &["admin"]).await;
    approve(&board.second.tenant, &shown).await.expect(200);
    assert_eq!(board.roles(&viewer.path).await, ["admin"]);
    // Also where the approval was not used up.
    let approval = uuid_literal(engine, shown["id"].as_str().unwrap());
    let unused = format!("update approval_requests set used_at = null where id = {approval}");
    board.sql(&unused).await;
    let copy = board.waits(&other.path, &["admin"]).await;
    assert_ne!((&copy["id"], &copy["payload_hash"]), (&shown["id"], &shown["payload_hash"]));
    // And where the copy says that it was approved.
    let copied = uuid_literal(engine, copy["subject_id"].as_str().unwrap());
    board.sql(&format!("update role_change_requests set approval_id = {approval} where id = {copied}")).await;
    assert_eq!(give(&board.owner, &other.path, &["admin"]).await.status, 202);
    assert_eq!(board.roles(&other.path).await, ["viewer"]);
    // The same promotion of the same person, once more.
    give(&board.owner, &viewer.path, &["viewer"]).await.expect(200);
    board.sql(&unused).await;
    let again = board.waits(&viewer.path, &["admin"]).await;
    assert_ne!((&again["id"], &again["payload_hash"]), (&shown["id"], &shown["payload_hash"]));
    assert_eq!(board.roles(&viewer.path).await, ["viewer"]);
}
