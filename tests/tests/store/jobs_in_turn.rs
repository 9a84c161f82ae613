//! Nobody's jobs keep others' waiting.
use crate::{
    work::{options, work_with},
    world::World,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_kernel::{OrganizationId, Scope};
use purser_store::{
    jobs::{Job, JobHandler, WorkerOptions},
    prelude::*,
};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

const KIND: &str = "test.work";

async fn enqueue(store: &Store, scope: &Scope, new: impl IntoIterator<Item = NewJob>) {
    let tx = store.write(scope).await.unwrap();
    let new: Vec<NewJob> = new.into_iter().collect();
    tx.enqueue_many(new).await.unwrap();
    tx.commit().await.unwrap();
}

/// More than anybody gets done soon, queued before anybody else's.
async fn crowd(world: &World, scope: &Scope) {
    for _ in 0..10 {
        enqueue(&world.store, scope, (0..1_000).map(|_| NewJob::new(KIND, json!(0)))).await;
    }
    world.clock.advance(TimeDelta::seconds(1));
}

/// Remembers whose jobs it did, in order.
#[derive(Default)]
struct Diary(Mutex<Vec<OrganizationId>>);

#[async_trait]
impl JobHandler for Diary {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: &Store, job: &Job) -> Result<(), Problem> {
        self.0.lock().unwrap().push(job.scope()?.organization);
        Ok(())
    }
}

impl Diary {
    /// The first `count` that a worker does, so many at a time.
    async fn of(world: &World, concurrency: usize, count: usize) -> Vec<OrganizationId> {
        let diary = Arc::new(Self::default());
        let options = WorkerOptions { concurrency, ..options() };
        let handlers: [Arc<dyn JobHandler>; 1] = [diary.clone()];
        work_with(options, &[&world.store], &handlers, &[], count).await;
        let mut done = diary.0.lock().unwrap().clone();
        done.truncate(count);
        done
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ten_thousand_jobs_of_one_organization_hold_up_nobody_s_one_job(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (busy, one, other) = (world.tenant().await, world.tenant().await, world.tenant().await);
    crowd(&world, &busy).await;
    for slots in [1, 4] {
        enqueue(&world.store, &one, [NewJob::new(KIND, json!(0))]).await;
        enqueue(&world.store, &other, [NewJob::new(KIND, json!(0))]).await;
        // As many turns as there are organizations, whose slots are all taken once.
        let soon = Diary::of(&world, slots, 3 * slots).await;
        for scope in [&one, &other] {
            assert!(soon.contains(&scope.organization), "with {slots} slots: {soon:?}");
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn urgent_jobs_go_first_in_their_organization_and_get_it_no_more_turns(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (pushing, patient) = (world.tenant().await, world.tenant().await);
    enqueue(&world.store, &pushing, (0..50).map(|_| NewJob::new(KIND, json!(0)).priority(9))).await;
    enqueue(&world.store, &patient, (0..5).map(|_| NewJob::new(KIND, json!(0)))).await;
    let done = Diary::of(&world, 1, 10).await;
    assert_eq!(done.iter().filter(|id| **id == patient.organization).count(), 5, "{done:?}");
}

/// What was taken ahead comes between two turns, and not in the place of one.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_crowd_of_quick_jobs_leaves_others_of_any_kind_their_turn(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (busy, one) = (world.tenant().await, world.tenant().await);
    enqueue(&world.store, &busy, (0..500).map(|_| NewJob::new(Hasty::KIND, json!(0)))).await;
    world.clock.advance(TimeDelta::seconds(1));
    enqueue(&world.store, &one, [NewJob::new(KIND, json!(0))]).await;
    let diary = Arc::new(Diary::default());
    let handlers: [Arc<dyn JobHandler>; 2] = [diary.clone(), Arc::new(Hasty)];
    work_with(WorkerOptions { concurrency: 1, ..options() }, &[&world.store], &handlers, &[], 50).await;
    assert_eq!(*diary.0.lock().unwrap(), [one.organization]);
}

/// Is done at once.
struct Hasty;

impl Hasty {
    const KIND: &str = "hasty";
}

#[async_trait]
impl JobHandler for Hasty {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn is_quick(&self) -> bool {
        true
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        Ok(())
    }
}

/// Waits until others have let it go, and counts how many of it wait at once.
struct Slow {
    let_go: Semaphore,
    now: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl JobHandler for Slow {
    fn kind(&self) -> &'static str {
        "slow"
    }

    fn at_once(&self, slots: usize) -> usize {
        slots / 2
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        self.let_go.acquire().await.unwrap().forget();
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Lets a slow one go.
struct Quick(Arc<Slow>);

#[async_trait]
impl JobHandler for Quick {
    fn kind(&self) -> &'static str {
        "quick"
    }

    async fn run(&self, _: &Store, _: &Job) -> Result<(), Problem> {
        self.0.let_go.add_permits(1);
        Ok(())
    }
}

/// Without a limit the slow ones would take all places, and nobody would let them go.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn slow_kinds_leave_places_to_others(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let slow = Arc::new(Slow { let_go: Semaphore::new(0), now: AtomicUsize::new(0), most: AtomicUsize::new(0) });
    enqueue(&world.store, &scope, (0..12).map(|_| NewJob::new("slow", json!(0)).priority(9))).await;
    enqueue(&world.store, &scope, (0..12).map(|_| NewJob::new("quick", json!(0)))).await;

    let handlers: [Arc<dyn JobHandler>; 2] = [slow.clone(), Arc::new(Quick(slow.clone()))];
    work_with(WorkerOptions { concurrency: 4, ..options() }, &[&world.store], &handlers, &[], 24).await;

    assert!(slow.most.load(Ordering::SeqCst) <= 2);
}
