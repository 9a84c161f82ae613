//! Attempts that were not what was hoped for.
//!
//! Servers of a process share what they count, so each case has a kind of job that nobody else has trouble with.
use super::{counted, listening};
use chrono::{DateTime, TimeDelta};
use purser_entity_platform::job;
use purser_kernel::Clock;
use purser_store::prelude::*;
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;

async fn times(app: &TestApp, kind: &str, outcome: &str) -> u64 {
    counted(app, &format!("purser_jobs_total{{kind=\"{kind}\",outcome=\"{outcome}\"}}")).await
}

/// Waits until it was counted so often.
async fn reaches(app: &TestApp, kind: &str, outcome: &str, count: u64) {
    eventually(&format!("{count} attempts to be {outcome}"), || async {
        (times(app, kind, outcome).await == count).then_some(())
    })
    .await;
}

/// A job that no handler can read.
fn unreadable(kind: &'static str) -> NewJob {
    NewJob::new(kind, json!("nonsense"))
}

/// Between attempts the clock stands still, so that none comes unseen.
#[rstest]
#[case::sqlite(Engine::Sqlite, "auth.mail_notice")]
#[case::postgres(Engine::Postgres, "media.remove_blob")]
#[tokio::test]
async fn a_job_that_fails_is_counted_as_retried_and_at_last_as_dead(
    #[case] engine: Engine,
    #[case] kind: &'static str,
) {
    let clock = Clock::fixed(DateTime::parse_from_rfc3339("2026-11-20T10:00:00Z").unwrap().to_utc());
    let Some(app) = TestApp::start_at(engine, clock.clone(), listening).await else { return };
    let tx = app.app().services().store.system().await.unwrap();
    tx.enqueue(unreadable(kind)).await.unwrap();
    let three_attempts = |row: &mut job::ActiveModel| row.max_attempts = Set(3);
    tx.system().update_where(job::Column::Kind.eq(kind), three_attempts).await.unwrap();
    tx.commit().await.unwrap();

    for attempt in 1..=2 {
        reaches(&app, kind, "retried", attempt).await;
        assert_eq!(times(&app, kind, "dead").await, 0, "after attempt {attempt}");
        // More than it waits for the next attempt.
        clock.advance(TimeDelta::seconds(2));
    }
    reaches(&app, kind, "dead", 1).await;
    assert_eq!(times(&app, kind, "retried").await, 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite, "approvals.mail")]
#[case::postgres(Engine::Postgres, "notifications.mail")]
#[tokio::test]
async fn a_job_of_a_suspended_organization_is_counted_as_put_off(#[case] engine: Engine, #[case] kind: &'static str) {
    let Some(mut app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let scope = Scope::system(owner.organization_id.parse().unwrap(), "test");
    let tx = app.app().services().store.write(&scope).await.unwrap();
    tx.enqueue(unreadable(kind)).await.unwrap();
    tx.commit().await.unwrap();
    owner.post("/v1/organization/suspend", &json!({ "reason": "unpaid" })).await.expect(200);

    app.restart_with(listening).await;
    reaches(&app, kind, "put_off", 1).await;
    for outcome in ["done", "retried", "dead"] {
        assert_eq!(times(&app, kind, outcome).await, 0, "{outcome}");
    }
}
