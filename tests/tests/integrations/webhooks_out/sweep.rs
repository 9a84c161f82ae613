//! Deliveries that no job looks after.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_integrations::delivery::SweepDeliveries;
use purser_store::jobs::NewJob;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_delivery_whose_job_is_lost_is_found(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(500);
    hooks.endpoint(json!({})).await;
    hooks.project("Quay").await;
    hooks.wait("retrying", 1, 1).await;
    // Whatever was queued for it.
    let lost = "delete from jobs where kind = 'webhooks.deliver' and status = 'ready'";
    eventually("its job to be lost", || async {
        (hooks.app.database.owner().await.execute(lost).await.unwrap() > 0).then_some(())
    })
    .await;
    hooks.receiver.answer_with(204);
    hooks.later(TimeDelta::hours(1)).await;
    assert_eq!(hooks.deliveries("status=retrying").await.len(), 1, "nobody looks after it");
    let tx = hooks.app.app().services().store.system().await.unwrap();
    tx.enqueue(NewJob::new(SweepDeliveries::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    hooks.wait("success", 2, 1).await;
}
