//! What a worker takes before it has a place for it.
use crate::{
    work::{PATIENCE, jobs, options, work},
    world::World,
};
use async_trait::async_trait;
use purser_entity_platform::job::{self, Status};
use purser_store::{
    jobs::{Job, JobHandler, Worker, WorkerOptions},
    prelude::*,
};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

const KIND: &str = "test.ahead";
const COUNT: usize = 6;

/// Holds up the first job that it is given, until it is let go.
#[derive(Default)]
struct Handler {
    is_quick: bool,
    has_begun: AtomicBool,
    began: Notify,
    let_go: Notify,
}

#[async_trait]
impl JobHandler for Handler {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn is_quick(&self) -> bool {
        self.is_quick
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        if !self.has_begun.swap(true, Ordering::SeqCst) {
            self.began.notify_one();
            self.let_go.notified().await;
        }
        Ok(())
    }
}

/// A worker with one place, which a job has.
struct Busy {
    handler: Arc<Handler>,
    stop: CancellationToken,
    worker: JoinHandle<()>,
}

impl Busy {
    async fn start(world: &World, is_quick: bool) -> Self {
        let tx = world.store.write(&world.tenant().await).await.unwrap();
        let new = |key: usize| NewJob::new(KIND, json!(0)).unique(key.to_string());
        tx.enqueue_many((0..COUNT).map(new).collect()).await.unwrap();
        tx.commit().await.unwrap();
        let (handler, stop) = (Arc::new(Handler { is_quick, ..Handler::default() }), CancellationToken::new());
        let one = WorkerOptions { concurrency: 1, ..options() };
        let worker = tokio::spawn(Worker::new(world.store.clone(), vec![handler.clone()], one).run(stop.clone()));
        handler.began.notified().await;
        Self { handler, stop, worker }
    }

    fn handler(&self) -> Arc<dyn JobHandler> {
        self.handler.clone()
    }

    async fn end(self) {
        self.stop.cancel();
        self.handler.let_go.notify_one();
        self.worker.await.unwrap();
    }
}

/// Waits until so many jobs are as they should be.
async fn until(world: &World, count: usize, is_so: impl Fn(&job::Model) -> bool) {
    let all = async { while jobs(&world.store).await.iter().filter(|job| is_so(job)).count() < count {} };
    timeout(PATIENCE, all).await.unwrap();
}

/// What was given back has lost its unique key.
fn was_given_back(job: &job::Model) -> bool {
    job.unique_key.is_none()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_taken_ahead_and_cannot_begin_soon_is_left_to_others(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (busy, other) = (Busy::start(&world, true).await, world.open().await);
    until(&world, COUNT - 1, was_given_back).await;
    work(&[&other], &[busy.handler()], COUNT - 1).await;
    busy.end().await;
    for job in jobs(&world.store).await {
        assert_eq!((job.status, job.attempts), (Status::Done, 1), "each was done once: {job:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_not_begun_is_given_back_when_the_worker_stops(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let busy = Busy::start(&world, true).await;
    until(&world, COUNT, |job| job.status == Status::Running || was_given_back(job)).await;
    busy.end().await;
    let mut jobs = jobs(&world.store).await;
    jobs.sort_by_key(|job| job.attempts);
    let states: Vec<_> = jobs.iter().map(|job| (job.status, job.attempts, job.lease_owner)).collect();
    let mut expected = vec![(Status::Ready, 0, None); COUNT - 1];
    expected.push((Status::Done, 1, None));
    assert_eq!(states, expected);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_kinds_that_take_long_nothing_is_taken_ahead(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (busy, other) = (Busy::start(&world, false).await, world.open().await);
    work(&[&other], &[busy.handler()], COUNT - 1).await;
    busy.end().await;
    assert!(!jobs(&world.store).await.iter().any(was_given_back));
}
