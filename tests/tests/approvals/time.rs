//! What happens by time: a question expires, and is never answered by it.
use crate::{
    desk::{Desk, approve, approver, assigned, confirm, id},
    problem,
};
use purser_approvals::Expire;
use purser_kernel::ids::JobId;
use purser_tests::database::{Engine, uuid_literal};
use rstest::rstest;
use serde_json::json;

/// Looks at what is due, as the schedule does.
pub(crate) async fn look(desk: &Desk) {
    let id = uuid_literal(desk.app.database.engine, JobId::generate().to_string());
    let own = uuid_literal(desk.app.database.engine, "ffffffff-ffff-ffff-ffff-ffffffffffff");
    desk.sql(&format!(
        "insert into jobs (id, lane, kind, payload, status, priority, run_at, attempts, max_attempts, created_at, updated_at)
         values ({id}, {own}, '{}', '{{}}', 'ready', 0, '2026-01-01 00:00:00+00:00', 0, 5, '2026-01-01 00:00:00+00:00',
             '2026-01-01 00:00:00+00:00')",
        Expire::KIND
    ))
    .await;
    desk.app.settle().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_request_expires_and_is_never_approved_by_time(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("20.00", json!({ "due_after_hours": 48, "reminder_after_hours": 24 })).await;
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    look(&desk).await;
    assert_eq!(desk.approval(id(&shown)).await, shown);
    // A reminder, once.
    let events = async |name: &str| {
        let sql = format!("select event_type from outbox_events where event_type = '{name}'");
        desk.app.database.owner().await.rows(&sql).await.unwrap().len()
    };
    desk.sql("update approval_requests set reminder_at = '2026-01-01 00:00:00+00:00'").await;
    look(&desk).await;
    look(&desk).await;
    assert_eq!(events("approval.reminded").await, 1);
    // Too late, also before anybody has looked.
    desk.sql("update approval_requests set due_at = '2026-01-01 00:00:00+00:00'").await;
    problem(&approve(&manager, &shown).await, 409, "approval_expired");
    assert!(assigned(&manager).await.is_empty());
    look(&desk).await;
    look(&desk).await;
    assert_eq!(events("approval.expired").await, 1);
    let expired = desk.approval(id(&shown)).await;
    assert_eq!((&expired["status"], &expired["decisions"]), (&json!("expired"), &json!([])));
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
    assert_eq!(desk.order(&order).await["status"], "pending");
    // Asked anew, it is another question.
    confirm(&desk.owner, &order).await.expect(202);
    assert_ne!(desk.order(&order).await["approval_id"], shown["id"]);
}
