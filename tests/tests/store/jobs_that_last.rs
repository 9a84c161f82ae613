//! A job that lasts for longer than its lease.
use crate::{
    work::{jobs, options},
    world::World,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_platform::job::{self, Status};
use purser_kernel::Scope;
use purser_store::{
    jobs::{Job, JobHandler, Worker, WorkerOptions},
    prelude::*,
};
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const LONG: &str = "test.long";
const QUICK: &str = "test.quick";
const LEASE: Duration = Duration::from_millis(300);

async fn enqueue(store: &Store, scope: &Scope, kind: &'static str) {
    let tx = store.write(scope).await.unwrap();
    tx.enqueue(NewJob::new(kind, json!(null))).await.unwrap();
    tx.commit().await.unwrap();
}

/// Counts its runs. The first one lasts until it is let go.
#[derive(Default)]
struct Long {
    runs: AtomicUsize,
    began: Notify,
    let_go: Notify,
}

#[async_trait]
impl JobHandler for Long {
    fn kind(&self) -> &'static str {
        LONG
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        if self.runs.fetch_add(1, Ordering::SeqCst) == 0 {
            self.began.notify_one();
            self.let_go.notified().await;
        }
        Ok(())
    }
}

struct Quick;

#[async_trait]
impl JobHandler for Quick {
    fn kind(&self) -> &'static str {
        QUICK
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        Ok(())
    }
}

async fn long_one(world: &World) -> job::Model {
    jobs(&world.store).await.into_iter().find(|job| job.kind == LONG).unwrap()
}

/// The clock moves by half a lease at a time, and not before the lease was seen to be renewed: a slow machine takes the
/// job from nobody who gives signs of life.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_stays_with_its_worker_while_another_looks_for_what_was_abandoned(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, other, long) = (world.tenant().await, world.open().await, Arc::new(Long::default()));
    let (stop, lease) = (CancellationToken::new(), TimeDelta::from_std(LEASE).unwrap());
    let options = WorkerOptions { concurrency: 1, lease: LEASE, ..options() };
    enqueue(&world.store, &scope, LONG).await;
    let first = Worker::new(world.store.clone(), vec![long.clone()], options);
    let first = tokio::spawn(first.run(stop.clone()));
    long.began.notified().await;
    let holder = long_one(&world).await.lease_owner;
    let second = Worker::new(other, vec![long.clone(), Arc::new(Quick)], options);
    let second = tokio::spawn(second.run(stop.clone()));

    // Four leases, one after the other.
    for _ in 0..8 {
        world.clock.advance(lease / 2);
        let until = world.clock.now() + lease;
        eventually("the lease to be renewed", || async {
            (long_one(&world).await.leased_until == Some(until)).then_some(())
        })
        .await;
        // Whoever takes this one has looked for abandoned ones of both kinds with the same statement, and at this time.
        enqueue(&world.store, &scope, QUICK).await;
        eventually("the second worker to have looked", || async {
            let jobs = jobs(&world.store).await;
            jobs.iter().all(|job| job.kind == LONG || job.status == Status::Done).then_some(())
        })
        .await;
    }
    assert_eq!(long_one(&world).await.lease_owner, holder);
    long.let_go.notify_one();
    stop.cancel();
    first.await.unwrap();
    second.await.unwrap();

    let job = long_one(&world).await;
    assert_eq!((job.status, job.attempts, job.lease_owner), (Status::Done, 1, None));
    assert_eq!(long.runs.load(Ordering::SeqCst), 1);
}
