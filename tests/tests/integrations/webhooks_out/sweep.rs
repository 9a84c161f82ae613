//! Deliveries that no job looks after.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_integrations::delivery::SweepDeliveries;
use purser_store::jobs::NewJob;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::json;

/// A sweep, to its end.
async fn sweep(hooks: &Hooks) {
    let tx = hooks.app.app().services().store.system().await.unwrap();
    tx.enqueue(NewJob::new(SweepDeliveries::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    until_none(hooks, "kind = 'webhooks.sweep'").await;
}

/// The jobs for which this holds, of those that are not over.
async fn open(hooks: &Hooks, which: &str) -> Vec<Vec<String>> {
    let sql = format!("select status from jobs where status in ('ready', 'running') and {which}");
    hooks.app.database.owner().await.rows(&sql).await.unwrap()
}

async fn until_none(hooks: &Hooks, which: &str) {
    eventually(&format!("no job of {which}"), || async { open(hooks, which).await.is_empty().then_some(()) }).await;
}

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
    sweep(&hooks).await;
    hooks.wait("success", 2, 1).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn for_an_organization_that_is_suspended_no_jobs_pile_up(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(500);
    hooks.endpoint(json!({})).await;
    hooks.project("Quay").await;
    hooks.wait("retrying", 1, 1).await;
    hooks.owner.post("/v1/organization/suspend", &json!({ "reason": "unpaid" })).await.expect(200);
    let mut piles = Vec::new();
    for _ in 0..4 {
        hooks.later(TimeDelta::minutes(15)).await;
        until_none(&hooks, "kind = 'webhooks.deliver' and coalesce(last_error, '') <> 'organization_suspended'").await;
        piles.push(open(&hooks, "kind = 'webhooks.deliver'").await.len());
        sweep(&hooks).await;
    }
    assert!(piles[0] > 0 && piles.iter().all(|pile| *pile == piles[0]), "{piles:?}");

    hooks.receiver.answer_with(204);
    hooks.owner.verb("/v1/organization/reactivate").await.expect(200);
    hooks.wait("success", 2, 1).await;
}
