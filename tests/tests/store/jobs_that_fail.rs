//! What becomes of a job that fails.
use crate::{
    work::{jobs, work},
    world::{World, add_category},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_ordering::product_category;
use purser_entity_platform::job::{self, Status};
use purser_kernel::{CommonProblem, Id, Scope};
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;

/// Longer than any job waits for its next attempt.
const LONG: TimeDelta = TimeDelta::minutes(13);

/// What a handler does with its job.
#[derive(Clone, Copy)]
enum Does {
    Nothing,
    Fail,
    Panic,
    /// Fails after its effect and the job's end were committed.
    CommitAndFail,
    /// Queues a job with the same key, and fails at the first attempt.
    QueueAnotherAndFail,
}

struct Handler(&'static str, Does);

#[async_trait]
impl JobHandler for Handler {
    fn kind(&self) -> &'static str {
        self.0
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        match self.1 {
            Does::Nothing => return Ok(()),
            Does::Fail => {}
            Does::Panic => panic!("this is what the test is about"),
            Does::CommitAndFail => {
                let tx = store.write(&job.scope()?).await?;
                add_category(&tx, "effect").await?;
                tx.finish_job(job).await?;
                tx.commit().await?;
            }
            Does::QueueAnotherAndFail => {
                if job.payload::<i64>()? == 2 || job.attempt() == 2 {
                    return Ok(());
                }
                enqueue(store, &job.scope()?, NewJob::new(self.0, json!(2)).unique("key")).await;
            }
        }
        Err(Problem::of(CommonProblem::Unavailable).detail("a customer's words"))
    }
}

async fn enqueue(store: &Store, scope: &Scope, new: NewJob) {
    let tx = store.write(scope).await.unwrap();
    tx.enqueue(new).await.unwrap();
    tx.commit().await.unwrap();
}

fn handlers<const N: usize>(all: [(&'static str, Does); N]) -> [Arc<dyn JobHandler>; N] {
    all.map(|(kind, does)| -> Arc<dyn JobHandler> { Arc::new(Handler(kind, does)) })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_comes_back_later_and_later_and_then_is_dead(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, handlers) = (world.tenant().await, handlers([("failing", Does::Fail)]));
    enqueue(&world.store, &scope, NewJob::new("failing", json!(1))).await;
    let attempts = jobs(&world.store).await[0].max_attempts;

    for attempt in 1..=attempts {
        work(&[&world.store], &handlers, 1).await;

        let job = jobs(&world.store).await.remove(0);
        let status = if attempt == attempts { Status::Dead } else { Status::Ready };
        assert_eq!((job.status, job.attempts, job.lease_owner), (status, attempt, None));
        assert_eq!(job.last_error.as_deref(), Some("unavailable"), "the kind of problem, and nothing that it says");
        assert!(job.run_at > world.clock.now() && job.run_at < world.clock.now() + LONG);
        world.clock.advance(LONG);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_panic_fails_the_job_and_not_its_worker(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    enqueue(&world.store, &scope, NewJob::new("panicking", json!(1))).await;
    enqueue(&world.store, &scope, NewJob::new("quiet", json!(1))).await;

    work(&[&world.store], &handlers([("panicking", Does::Panic), ("quiet", Does::Nothing)]), 2).await;

    let jobs = jobs(&world.store).await;
    assert_eq!(jobs.iter().map(|job| job.status).collect::<Vec<_>>(), [Status::Ready, Status::Done]);
    assert_eq!(jobs[0].last_error.as_deref(), Some("internal"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_committed_is_not_done_again(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    enqueue(&world.store, &scope, NewJob::new("half", json!(1))).await;

    work(&[&world.store], &handlers([("half", Does::CommitAndFail)]), 1).await;

    assert_eq!(jobs(&world.store).await[0].status, Status::Done);
    let tx = world.store.read(&scope).await.unwrap();
    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 1);
}

/// While it ran, a job with the same key was queued: both wait now, and both are done.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_goes_back_although_its_key_waits_again(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, handlers) = (world.tenant().await, handlers([("keyed", Does::QueueAnotherAndFail)]));
    enqueue(&world.store, &scope, NewJob::new("keyed", json!(1)).unique("key")).await;

    work(&[&world.store], &handlers, 1).await;
    assert!(jobs(&world.store).await.iter().all(|job| job.status != Status::Running));

    world.clock.advance(LONG);
    while jobs(&world.store).await.iter().any(|job| job.status == Status::Ready) {
        work(&[&world.store], &handlers, 1).await;
    }
    assert_eq!(jobs(&world.store).await.iter().map(|job| job.status).collect::<Vec<_>>(), [Status::Done; 2]);
}

/// Its workers died one after the other, the last one in the last attempt: it may be what kills them.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_takes_its_workers_down_is_not_tried_for_ever(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    enqueue(&world.store, &scope, NewJob::new("deadly", json!(1))).await;
    enqueue(&world.store, &scope, NewJob::new("quiet", json!(1))).await;
    let tx = world.store.system().await.unwrap();
    let died = |row: &mut job::ActiveModel| {
        row.status = Set(Status::Running);
        row.attempts = Set(12);
        row.lease_owner = Set(Some(Id::<()>::generate().as_uuid()));
        row.leased_until = Set(Some(world.clock.now() - TimeDelta::seconds(1)));
    };
    tx.system().update_where(job::Column::Kind.eq("deadly"), died).await.unwrap();
    tx.commit().await.unwrap();

    work(&[&world.store], &handlers([("deadly", Does::Panic), ("quiet", Does::Nothing)]), 1).await;

    let jobs = jobs(&world.store).await;
    assert_eq!(jobs.iter().map(|job| job.status).collect::<Vec<_>>(), [Status::Dead, Status::Done]);
}
