//! Whoever asked is told what came of it, the order shows it, and who can decide is reminded.
use crate::{
    desk::{Desk, approve, approver, confirm, id, path, reject},
    problem,
    time::look,
};
use purser_kernel::Permission;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_order_shows_what_became_of_its_question(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("20.00", json!({ "due_after_hours": 48 })).await;
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let status = async || desk.order(&order).await["approval_status"].clone();
    assert_eq!(status().await, json!(null));
    let shown = desk.asks(&order).await;
    assert_eq!(status().await, "pending");
    reject(&manager, &shown).await.expect(200);
    let rejected = desk.order(&order).await;
    assert_eq!((&rejected["status"], &rejected["approval_id"]), (&json!("pending"), &shown["id"]));
    assert_eq!(rejected["approval_status"], "rejected");
    let told = desk.app.mail(&desk.owner.email, "Rejected: what you asked for").await;
    assert!(told.text.contains("Too much") && told.text.contains(shown["summary"].as_str().unwrap()), "{told:?}");

    let second = desk.asks(&order).await;
    assert_eq!(status().await, "pending");
    desk.owner.verb(&format!("/v1/approvals/{}/withdraw", id(&second))).await.expect(200);
    assert_eq!(status().await, "withdrawn");
    desk.asks(&order).await;
    desk.sql("update approval_requests set due_at = '2026-01-01 00:00:00+00:00' where status = 'pending'").await;
    look(&desk).await;
    assert_eq!(status().await, "expired");
    let told = desk.app.mail(&desk.owner.email, "Expired: what you asked for").await;
    assert!(told.text.contains("Nobody has decided in time"), "{told:?}");

    let last = desk.asks(&order).await;
    approve(&manager, &last).await.expect(200);
    assert_eq!(status().await, "approved");
    let told = desk.app.mail(&desk.owner.email, "Approved: what you asked for").await;
    assert!(told.text.contains("has approved it"), "{told:?}");
    // Cancelled while it waits: there is nothing to approve any more.
    let other = desk.ordered().await;
    desk.asks(&other).await;
    let cancelled = desk.owner.verb(&format!("{}/cancel", path(&other))).await.expect(200).json();
    assert_eq!(cancelled["approval_status"], "superseded");
    // Where nobody was asked, there is nothing to show.
    let alone = desk.member(approver()).await;
    desk.sql("delete from approval_policies").await;
    let third = desk.ordered().await;
    assert_eq!(confirm(&alone, &third).await.expect(200).json()["approval_status"], json!(null));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_can_decide_is_reminded_once(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("20.00", json!({ "reminder_after_hours": 24 })).await;
    let manager = desk.member(approver()).await;
    desk.app.verify(&manager).await;
    let reader = desk.member(Permission::ApprovalsRead.into()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let first = desk.app.mail(&manager.email, "An approval waits").await.token();
    desk.sql("update approval_requests set reminder_at = '2026-01-01 00:00:00+00:00'").await;
    look(&desk).await;
    look(&desk).await;
    let reminder = desk.app.mail(&manager.email, "Reminder: an approval waits").await;
    assert_eq!(reminder.token(), first);
    let body = json!({ "token": first, "payload_hash": shown["payload_hash"] });
    desk.app.anonymous("POST", "/v1/approval-links/approve", Some(&body)).await.expect(200);
    desk.app.mail(&desk.owner.email, "Approved").await;
    let reminders =
        |email: &str| desk.app.mails(email).iter().filter(|mail| mail.subject.starts_with("Reminder")).count();
    assert_eq!([&manager, &reader, &desk.owner].map(|person| reminders(&person.email)), [1, 0, 0]);
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
}
