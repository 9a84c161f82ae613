//! Work for later.
use crate::{
    work::{jobs, options, work, work_with},
    world::{World, add_category},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_ordering::product_category;
use purser_entity_platform::job::Status;
use purser_kernel::{Scope, ids::JobId};
use purser_store::{
    jobs::{Job, JobHandler, Worker, WorkerOptions},
    prelude::*,
};
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const KIND: &str = "test.work";

async fn enqueue(store: &Store, scope: &Scope, new: Vec<NewJob>) {
    let tx = store.write(scope).await.unwrap();
    tx.enqueue_many(new).await.unwrap();
    tx.commit().await.unwrap();
}

fn handlers<H: JobHandler + 'static>(handler: &Arc<H>) -> [Arc<dyn JobHandler>; 1] {
    [handler.clone()]
}

/// Remembers which jobs it did, in order.
#[derive(Default)]
struct Diary {
    jobs: Mutex<Vec<(JobId, i64)>>,
}

#[async_trait]
impl JobHandler for Diary {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: &Store, job: &Job) -> Result<(), Problem> {
        self.jobs.lock().unwrap().push((job.id(), job.payload()?));
        Ok(())
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_job_is_held_by_two_workers(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let (one, two, diary) = (world.open().await, world.open().await, Arc::new(Diary::default()));
    enqueue(&world.store, &scope, (0..40).map(|n| NewJob::new(KIND, json!(n))).collect()).await;

    work(&[&one, &two], &handlers(&diary), 40).await;

    let mut done: Vec<_> = diary.jobs.lock().unwrap().iter().map(|(_, n)| *n).collect();
    done.sort_unstable();
    assert_eq!(done, (0..40).collect::<Vec<_>>());
    assert!(jobs(&world.store).await.iter().all(|job| (job.status, job.attempts) == (Status::Done, 1)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn jobs_of_later_wait_and_urgent_ones_go_first(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, diary) = (world.tenant().await, Arc::new(Diary::default()));
    let now = world.clock.now();
    // Queued the other way round: the most urgent one has a day to go, and the next most urgent comes last.
    let new = vec![
        NewJob::new(KIND, json!(5)).priority(9).at(now + TimeDelta::days(1)),
        NewJob::new(KIND, json!(4)),
        NewJob::new(KIND, json!(3)).at(now - TimeDelta::seconds(1)),
        NewJob::new(KIND, json!(2)).priority(1),
        NewJob::new(KIND, json!(1)).priority(2),
    ];
    enqueue(&world.store, &scope, new).await;
    // With one place, so that each is taken after the one before it was done.
    let one_by_one = WorkerOptions { concurrency: 1, ..options() };
    let done = || diary.jobs.lock().unwrap().iter().map(|(_, n)| *n).collect::<Vec<_>>();

    work_with(one_by_one, &[&world.store], &handlers(&diary), &[], 4).await;
    assert_eq!(done(), [1, 2, 3, 4]);

    world.clock.advance(TimeDelta::days(1));
    work_with(one_by_one, &[&world.store], &handlers(&diary), &[], 1).await;
    assert_eq!(done(), [1, 2, 3, 4, 5]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_that_waits_is_not_queued_again(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, diary) = (world.tenant().await, Arc::new(Diary::default()));
    let new = |n: i64| NewJob::new(KIND, json!(n)).unique("once");

    enqueue(&world.store, &scope, vec![new(1)]).await;
    enqueue(&world.store, &scope, vec![new(2)]).await;
    work(&[&world.store], &handlers(&diary), 1).await;
    enqueue(&world.store, &scope, vec![new(3)]).await;
    work(&[&world.store], &handlers(&diary), 1).await;

    assert_eq!(diary.jobs.lock().unwrap().iter().map(|(_, n)| *n).collect::<Vec<_>>(), [1, 3]);
}

/// How many jobs of a kind that nobody does stood there when this one was done.
#[derive(Default)]
struct Looks {
    seen: Mutex<Vec<usize>>,
}

#[async_trait]
impl JobHandler for Looks {
    fn kind(&self) -> &'static str {
        "test.looks"
    }

    async fn run(&self, store: &Store, _: &Job) -> Result<(), Problem> {
        let there = jobs(store).await.iter().filter(|job| job.kind == "test.thing").count();
        self.seen.lock().unwrap().push(there);
        Ok(())
    }
}

/// Whoever finds a job waiting relies on it: it may not be done and over before what it is to see was committed.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_that_waits_is_not_done_before_whoever_relies_on_it_has_committed(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, other) = (world.tenant().await, world.open().await);
    let (looks, diary) = (Arc::new(Looks::default()), Arc::new(Diary::default()));
    let look = || NewJob::new("test.looks", json!(null)).unique("look");
    enqueue(&world.store, &scope, vec![look(), NewJob::new(KIND, json!(1))]).await;

    let tx = world.store.write(&scope).await.unwrap();
    tx.enqueue_many(vec![look(), NewJob::new("test.thing", json!(1)), look()]).await.unwrap();
    let (stop, worker) = (CancellationToken::new(), Worker::new(other, vec![looks.clone(), diary.clone()], options()));
    let working = tokio::spawn(worker.run(stop.clone()));
    // SQLite has one writer, and lets no worker in meanwhile.
    if engine == Engine::Postgres {
        eventually("the other job", || async { diary.jobs.lock().unwrap().first().copied() }).await;
        assert!(looks.seen.lock().unwrap().is_empty());
    }
    tx.commit().await.unwrap();
    eventually("the look", || async { looks.seen.lock().unwrap().first().copied() }).await;
    stop.cancel();
    working.await.unwrap();
    assert_eq!(*looks.seen.lock().unwrap(), [1]);
}

/// Another process has queued it, and word of that was lost: the table is the truth.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_nobody_was_told_of_is_done_all_the_same(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, elsewhere, diary) = (world.tenant().await, world.open().await, Arc::new(Diary::default()));
    let (stop, waits) = (CancellationToken::new(), Worker::new(world.open().await, vec![diary.clone()], options()));
    let waits = tokio::spawn(waits.run(stop.clone()));

    enqueue(&elsewhere, &scope, vec![NewJob::new(KIND, json!(1))]).await;
    eventually("the job to be done", || async {
        jobs(&world.store).await.iter().all(|job| job.status == Status::Done).then_some(())
    })
    .await;
    stop.cancel();
    waits.await.unwrap();
}

/// Ends its job together with its effect. Its first attempt stays away until it is let go.
#[derive(Default)]
struct Slow {
    began: Notify,
    go_on: Notify,
}

#[async_trait]
impl JobHandler for Slow {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        if job.attempt() == 1 {
            self.began.notify_one();
            self.go_on.notified().await;
        }
        let tx = store.write(&job.scope()?).await?;
        add_category(&tx, &job.attempt().to_string()).await?;
        tx.finish_job(job).await?;
        tx.commit().await
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over_and_the_effect_is_there_once(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, slow) = (world.tenant().await, Arc::new(Slow::default()));
    let (other, stop) = (world.open().await, CancellationToken::new());
    enqueue(&world.store, &scope, vec![NewJob::new(KIND, json!(1))]).await;
    let busy = WorkerOptions { concurrency: 1, ..options() };
    let first = Worker::new(world.store.clone(), vec![slow.clone()], busy);
    let first = tokio::spawn(first.run(stop.clone()));
    slow.began.notified().await;

    world.clock.advance(TimeDelta::seconds(31));
    work(&[&other], &handlers(&slow), 1).await;
    // The first one wakes up, long after everybody gave it up.
    slow.go_on.notify_one();
    stop.cancel();
    first.await.unwrap();

    let tx = world.store.read(&scope).await.unwrap();
    let effects = tx.find::<product_category::Entity>().all(10).await.unwrap();
    assert_eq!(effects.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["2"]);
    drop(tx);
    let job = jobs(&world.store).await.remove(0);
    assert_eq!((job.status, job.attempts, job.lease_owner), (Status::Done, 2, None));
}
