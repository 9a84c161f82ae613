//! What stands in the list of those who can decide and of whoever asked, beside the mails that they get in any case.
use crate::{
    desk::{Desk, approve, approver, id, reject, rows},
    time::look,
};
use purser_kernel::Permission;
use purser_tests::{
    app::{Tenant, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/notifications";

/// What the person was told of approvals, the newest first, once there is as much.
async fn told(who: &Tenant, count: usize) -> Vec<Value> {
    eventually(&format!("{count} notifications about approvals"), || async {
        let mut told = rows(who, LIST).await;
        told.retain(|row| row["kind"].as_str().unwrap().starts_with("approval_"));
        (told.len() >= count).then_some(told)
    })
    .await
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().map(|row| row["kind"].as_str().unwrap()).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_can_decide_is_told_and_then_whoever_asked(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let [manager, other] = [desk.member(approver()).await, desk.member(approver()).await];
    let bystander = desk.member(Permission::OrdersConfirm.into()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    for decider in [&manager, &other] {
        let asked = told(decider, 1).await.remove(0);
        assert_eq!((&asked["kind"], &asked["body"]), (&json!("approval_asked"), &shown["summary"]));
        assert_eq!((&asked["link"], &asked["read_at"]), (&json!(format!("approvals/{}", id(&shown))), &Value::Null));
    }
    // While it waits: nobody is mailed of what was decided meanwhile.
    desk.app.mail(&other.email, "An approval waits").await;
    approve(&manager, &shown).await.expect(200);
    let outcome = told(&desk.owner, 1).await;
    assert_eq!(kinds(&outcome), ["approval_decided"], "who asked is not asked");
    assert_eq!(outcome[0]["title"], "Approved: what you asked for");
    desk.app.settle().await;
    // Nobody has to look at it any more.
    assert!(told(&other, 1).await[0]["read_at"].is_string());
    assert_eq!(kinds(&told(&manager, 1).await), ["approval_asked"], "who decided knows");
    assert!(rows(&bystander, LIST).await.is_empty(), "who may not read approvals");
    // Each mail is one, and it is the one that approvals send.
    desk.app.mail(&desk.owner.email, "Approved: what you asked for").await;
    let count = |person: &Tenant, subject: &str| {
        desk.app.mails(&person.email).iter().filter(|mail| mail.subject.contains(subject)).count()
    };
    assert_eq!((count(&desk.owner, "Approved"), count(&other, "An approval waits")), (1, 1));
    let mailed = "select cast(payload as text) from jobs where kind = 'notifications.mail'";
    assert!(desk.app.database.owner().await.rows(mailed).await.unwrap().is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn reminders_and_expiry_are_told(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("20.00", json!({ "due_after_hours": 48, "reminder_after_hours": 24 })).await;
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    desk.asks(&order).await;
    desk.sql("update approval_requests set reminder_at = '2026-01-01 00:00:00+00:00'").await;
    look(&desk).await;
    assert_eq!(kinds(&told(&manager, 2).await), ["approval_reminded", "approval_asked"]);
    desk.sql("update approval_requests set due_at = '2026-01-01 00:00:00+00:00' where status = 'pending'").await;
    look(&desk).await;
    assert_eq!(kinds(&told(&desk.owner, 1).await), ["approval_expired"]);
    desk.app.settle().await;
    assert!(told(&manager, 2).await.iter().all(|row| row["read_at"].is_string()));
    let second = desk.asks(&order).await;
    told(&manager, 3).await;
    reject(&manager, &second).await.expect(200);
    let outcome = told(&desk.owner, 2).await.remove(0);
    assert_eq!(outcome["title"], "Rejected: what you asked for");
    assert!(!outcome.to_string().contains("Too much"), "why is between those two: {outcome}");
}

/// Policies change while a question is open: who can decide since then is told, and who was told is not told again.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn other_steps_are_told_to_those_who_were_not_asked(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let policy = desk.limit("20.00", json!({})).await;
    let manager = desk.member(approver() | Permission::WebhooksManage).await;
    let keeper = desk.member(Permission::ApprovalsRead | Permission::WebhooksManage).await;
    let order = desk.ordered().await;
    desk.asks(&order).await;
    told(&manager, 1).await;
    let path = format!("/v1/approval-policies/{}", id(&policy));
    let steps = json!({ "steps": [{ "permission": "webhooks.manage" }] });
    desk.owner.patch(&path, 1, &steps).await.expect(200);
    told(&keeper, 1).await;
    desk.app.settle().await;
    assert_eq!([told(&keeper, 1).await.len(), told(&manager, 1).await.len()], [1, 1]);
}
