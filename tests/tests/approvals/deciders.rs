//! Who decides, and who does not.
use crate::{
    desk::{Desk, approve, approver, confirm, id, path, reject},
    problem,
};
use purser_approvals::Answer;
use purser_kernel::{Permission, PermissionSet, Scope};
use purser_tests::{
    app::Tenant,
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn self_approval(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let (manager, editor) = (desk.member(approver()).await, desk.member(approver()).await);
    let order = desk.ordered().await;
    editor.patch(&path(&order), 1, &json!({ "notes": "x" })).await.expect(200);
    let shown = desk.asks(&order).await;
    assert_eq!(shown["last_edited_by"], editor.user_id);
    // Neither who asked nor who edited last, not even to say no.
    for who in [&desk.owner, &editor] {
        problem(&approve(who, &shown).await, 403, "separation_of_duties");
        problem(&reject(who, &shown).await, 403, "separation_of_duties");
    }
    assert_eq!(desk.order(&order).await["status"], "pending");
    approve(&manager, &shown).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_may_let_people_decide_about_their_own(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("20.00", json!({ "separation_of_duties": false })).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    approve(&desk.owner, &shown).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_permission_of_the_step_decides(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let all_but = desk.member(PermissionSet::all() - Permission::OrdersConfirm).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    for answer in [approve(&all_but, &shown).await, reject(&all_but, &shown).await] {
        problem(&answer, 403, "forbidden");
        assert_eq!(answer.json()["permission"], "orders.confirm");
    }
    let blind = desk.member(Permission::OrdersConfirm.into()).await;
    problem(&approve(&blind, &shown).await, 403, "forbidden");
    let body = json!({ "payload_hash": "00" });
    let path = format!("/v1/approvals/{}/approve", id(&shown));
    problem(&desk.member(approver()).await.post(&path, &body).await, 422, "validation_failed");
    assert_eq!(desk.approval(id(&shown)).await, shown);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_approvers_racing(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let managers = [desk.member(approver()).await, desk.member(approver()).await, desk.member(approver()).await];
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let [a, b, c] = &managers;
    let (a, b, c) = tokio::join!(approve(a, &shown), reject(b, &shown), approve(c, &shown));
    let answers = [a, b, c];
    let (done, told): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), told.len()), (1, 2), "{answers:?}");
    for answer in told {
        problem(answer, 409, "illegal_transition");
    }
    let decided = desk.approval(id(&shown)).await;
    assert_eq!(decided["decisions"].as_array().unwrap().len(), 1);
    let confirmed = decided["status"] == "approved";
    assert_eq!(desk.order(&order).await["status"], if confirmed { "confirmed" } else { "pending" });
    assert_eq!(desk.rows("/v1/customers").await[0]["total_orders"], u64::from(confirmed));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_rejection_is_the_end_of_it(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let answer = manager.post(&format!("/v1/approvals/{}/reject", id(&shown)), &json!({ "reason": " " })).await;
    problem(&answer, 422, "validation_failed");
    let rejected = reject(&manager, &shown).await.expect(200).json();
    assert_eq!((&rejected["status"], &rejected["decisions"][0]["reason"]), (&json!("rejected"), &json!("Too much")));
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
    assert_eq!(desk.order(&order).await["status"], "pending");
    // It may be asked again, and is another question.
    assert_ne!(id(&desk.asks(&order).await), id(&shown));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_asked_takes_it_back(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let withdraw = format!("/v1/approvals/{}/withdraw", id(&shown));
    problem(&manager.verb(&withdraw).await, 403, "forbidden");
    assert_eq!(desk.owner.verb(&withdraw).await.expect(200).json()["status"], "withdrawn");
    problem(&desk.owner.verb(&withdraw).await, 409, "illegal_transition");
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
    assert_eq!(desk.order(&order).await["status"], "pending");
}

fn user_scope(desk: &Desk, who: &Tenant) -> Scope {
    let (organization, user) = (desk.owner.organization_id.parse().unwrap(), who.user_id.parse().unwrap());
    Scope::user(organization, user, PermissionSet::all())
}

/// The door lets a person in who was a member a moment ago; the decision looks again.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn approval_by_a_member_disabled_meanwhile(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let user = uuid_literal(engine, &manager.user_id);
    let organization = uuid_literal(engine, &desk.owner.organization_id);
    let these = format!("where user_id = {user} and organization_id = {organization}");
    desk.sql(&format!("update memberships set status = 'disabled' {these}")).await;
    let answer = approve(&manager, &shown).await;
    assert!([401, 403].contains(&answer.status), "{answer:?}");
    // What the door believes does not matter.
    let services = desk.app.app().services();
    let decide = async || {
        let tx = services.store.write(&user_scope(&desk, &manager)).await.unwrap();
        let payload_hash = shown["payload_hash"].as_str().unwrap().to_owned();
        let answer = Answer::Approve { payload_hash };
        services.approvals.decide(&tx, id(&shown).parse().unwrap(), answer).await.map(|_| ())
    };
    assert_eq!(decide().await.unwrap_err().kind().id, "forbidden");
    // Nor somebody who lost the permission a moment ago.
    let less = r#"{"grants":["approvals.read"],"denials":[]}"#;
    desk.sql(&format!("update memberships set status = 'active', extra_permissions = '{less}' {these}")).await;
    assert_eq!(decide().await.unwrap_err().kind().id, "forbidden");
    assert_eq!(desk.order(&order).await["status"], "pending");
    assert_eq!(desk.approval(id(&shown)).await["decisions"], json!([]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn policy_changed_between_request_and_decision(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let policy = desk.limit("20.00", json!({})).await;
    let policy = format!("/v1/approval-policies/{}", id(&policy));
    let (manager, other) = (desk.member(approver()).await, desk.member(approver()).await);
    let director = desk.member(approver() | Permission::OrganizationManage).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    // Another level.
    let step = |permission: &str| json!({ "permission": permission });
    let steps = json!({ "steps": [step("orders.confirm"), step("organization.manage")] });
    desk.owner.patch(&policy, 1, &steps).await.expect(200);
    let half = approve(&manager, &shown).await.expect(200).json();
    assert_eq!((&half["status"], &half["permission"]), (&json!("pending"), &json!("organization.manage")));
    assert_eq!(desk.order(&order).await["status"], "pending");
    problem(&approve(&other, &shown).await, 403, "forbidden");
    problem(&approve(&manager, &shown).await, 403, "separation_of_duties");
    // Another permission than the one that has decided.
    desk.owner.patch(&policy, 2, &json!({ "steps": [step("approvals.manage")] })).await.expect(200);
    problem(&approve(&director, &shown).await, 403, "forbidden");
    let board = desk.member(approver() | Permission::ApprovalsManage).await;
    let done = approve(&board, &shown).await.expect(200).json();
    assert_eq!(
        (&done["status"], &done["decisions"][1]["permission"]),
        (&json!("approved"), &json!("approvals.manage"))
    );
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

/// A question that was asked is answered by a person, also when it would not be asked any more.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_policy_that_is_gone_leaves_one_step_and_its_separation(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let policy = desk.limit("20.00", json!({})).await;
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    desk.owner.delete(&format!("/v1/approval-policies/{}", id(&policy)), 1).await.expect(204);
    problem(&approve(&desk.owner, &shown).await, 403, "separation_of_duties");
    approve(&manager, &shown).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
    // And whoever confirms the next alone closes what somebody else asked about it.
    let next = desk.ordered().await;
    let asked = desk.owner.verb(&format!("{}/request-confirmation", path(&next))).await.expect(202).json();
    confirm(&manager, &next).await.expect(200);
    assert_eq!(desk.approval(asked["approval_id"].as_str().unwrap()).await["status"], "superseded");
}
