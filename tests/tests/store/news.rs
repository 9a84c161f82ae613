//! Word of jobs: workers look for more when they hear of some, and have done what there was. The table's truth is found by looking, which
//! the workers here do once a day.
use crate::world::World;
use async_trait::async_trait;
use purser_kernel::{Scope, SecretString};
use purser_store::{
    Announcer, Listener,
    jobs::{Job, JobHandler, Worker, WorkerOptions},
    prelude::*,
};
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::json;
use sqlx::postgres::PgListener;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Does jobs of a kind, so many at once, and counts them.
struct Does {
    kind: &'static str,
    at_once: usize,
    count: AtomicUsize,
}

impl Does {
    fn new(kind: &'static str, at_once: usize) -> Arc<Self> {
        Arc::new(Self { kind, at_once, count: AtomicUsize::new(0) })
    }

    async fn has_done(&self, count: usize) {
        let done = || async { (self.count.load(Ordering::SeqCst) >= count).then_some(()) };
        eventually(self.kind, done).await;
    }
}

#[async_trait]
impl JobHandler for Does {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn at_once(&self, slots: usize) -> usize {
        self.at_once.min(slots)
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        self.count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn worker(store: &Store, handlers: &[&Arc<Does>]) -> Worker {
    let handlers = handlers.iter().map(|handler| -> Arc<dyn JobHandler> { (*handler).clone() }).collect();
    let options = WorkerOptions { concurrency: 3, poll: Duration::from_hours(24), ..WorkerOptions::default() };
    Worker::new(store.clone(), handlers, options)
}

async fn enqueue(world: &World, scope: &Scope, kinds: &[&'static str]) {
    let tx = world.store.write(scope).await.unwrap();
    tx.enqueue_many(kinds.iter().map(|kind| NewJob::new(kind, json!({}))).collect()).await.unwrap();
    tx.commit().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_that_was_queued_is_done_by_the_word_of_its_commit(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scopes = [world.tenant().await, world.tenant().await, world.tenant().await];
    let (many, few) = (Does::new("test.many", 3), Does::new("test.few", 1));
    let stop = CancellationToken::new();
    let working = tokio::spawn(worker(&world.store, &[&many, &few]).run(stop.clone()));
    // Fewer than there are places, as many, and more, of one organization and of several.
    let mut expected = (0, 0);
    for (count, organizations) in [(1, 1), (1, 3), (2, 2), (7, 1), (5, 3)] {
        for scope in scopes.iter().take(organizations) {
            enqueue(&world, scope, &["test.many", "test.few"].repeat(count)).await;
        }
        expected.0 += count * organizations;
        expected.1 += count * organizations;
        many.has_done(expected.0).await;
        few.has_done(expected.1).await;
    }
    stop.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn other_processes_hear_which_kinds_of_jobs_were_committed() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let scope = world.tenant().await;
    let mut listener = PgListener::connect(world.database.application_url.as_str()).await.unwrap();
    listener.listen("purser_jobs").await.unwrap();
    let stop = CancellationToken::new();
    let announcer = tokio::spawn(Announcer::run(world.store.clone(), stop.clone()));

    enqueue(&world, &scope, &["test.work"]).await;

    let heard = tokio::time::timeout(Duration::from_secs(30), listener.recv()).await.expect("nobody was told").unwrap();
    assert!(heard.payload().ends_with(":test.work"), "who says it, and what was queued: {}", heard.payload());
    stop.cancel();
    announcer.await.unwrap();
}

#[tokio::test]
async fn a_worker_of_another_process_does_what_it_hears_of() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let (scope, other, work) = (world.tenant().await, world.open().await, Does::new("test.work", 3));
    // This one it finds when it begins. After that it hears of some, though not of what was said before it listened.
    enqueue(&world, &scope, &["test.work"]).await;
    let stop = CancellationToken::new();
    let url = SecretString::from(world.database.application_url.clone());
    let tasks = [
        tokio::spawn(Announcer::run(world.store.clone(), stop.clone())),
        tokio::spawn(Listener::run(other.clone(), url, stop.clone())),
        tokio::spawn(worker(&other, &[&work]).run(stop.clone())),
    ];
    work.has_done(1).await;
    eventually("word that is heard", || async {
        enqueue(&world, &scope, &["test.work"]).await;
        (work.count.load(Ordering::SeqCst) > 1).then_some(())
    })
    .await;
    stop.cancel();
    for task in tasks {
        task.await.unwrap();
    }
}
