//! Events are published with their effect, numbered after commit, and handed over once.
use crate::{
    retention::AWeek,
    work::{jobs, options, work, work_beside, work_with},
    world::World,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_platform::{job, outbox_event};
use purser_entity_tenancy::organization;
use purser_kernel::{Id, Scope};
use purser_store::{
    Standing,
    jobs::{JobHandler, WorkerOptions},
    outbox::{Dispatcher, Event, Subscriber},
    ports::{Usage, UsageMeter},
    prelude::*,
    retention::{Events, RemoveExpired},
};
use purser_tenancy::Tenancy;
use purser_tests::database::Engine;
use rstest::rstest;
use serde::Serialize;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

#[derive(Serialize, utoipa::ToSchema)]
struct Rang {
    bell: i64,
}

impl DomainEvent for Rang {
    const TYPE: &'static str = "bell.rang";
    const RESOURCE: &'static str = "bell";
    const READERS: Readers = Readers::Holding(Permission::OrganizationRead);

    fn resource_id(&self) -> Uuid {
        Id::<()>::generate().as_uuid()
    }

    fn example() -> Self {
        Self { bell: 1 }
    }
}

/// Remembers what it heard.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<(i64, i64)>>,
}

#[async_trait]
impl Subscriber for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &[Rang::TYPE]
    }

    async fn handle(&self, _: &WriteTx, event: &Event) -> Result<(), Problem> {
        self.heard.lock().unwrap().push((event.sequence, event.payload["bell"].as_i64().unwrap()));
        Ok(())
    }
}

/// Counts what is metered.
#[derive(Default)]
struct Meter {
    events: Mutex<usize>,
}

#[async_trait]
impl UsageMeter for Meter {
    async fn record(&self, _: &WriteTx, usage: &[Usage]) -> Result<(), Problem> {
        *self.events.lock().unwrap() += usage.len();
        Ok(())
    }
}

fn handlers(listener: &Arc<Listener>, meter: &Arc<Meter>) -> [Arc<dyn JobHandler>; 2] {
    Dispatcher::handlers(vec![listener.clone()], vec![], vec![], meter.clone())
}

async fn ring(store: &Store, scope: &Scope, bell: i64) -> WriteTx {
    let tx = store.write(scope).await.unwrap();
    tx.emit(&Rang { bell }).await.unwrap();
    tx
}

async fn numbered(store: &Store, scope: &Scope) -> Vec<(i64, i64)> {
    let tx = store.read(scope).await.unwrap();
    let events =
        tx.find::<outbox_event::Entity>().order_by(outbox_event::Column::Sequence, Asc).all(100).await.unwrap();
    events.iter().map(|event| (event.sequence.unwrap(), event.payload["bell"].as_i64().unwrap())).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_did_not_happen_is_not_announced(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;

    drop(ring(&world.store, &scope, 1).await);

    let tx = world.store.write(&scope).await.unwrap();
    assert_eq!(tx.find::<outbox_event::Entity>().count().await.unwrap(), 0);
    drop(tx);
    assert!(jobs(&world.store).await.is_empty());
}

/// Began first, committed last: its id is the smaller one, its number the larger.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_commits_late_gets_the_later_number(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, listener, meter) = (world.tenant().await, Arc::default(), Arc::default());
    let handlers = handlers(&listener, &meter);
    // One writer on SQLite: nobody can commit late there.
    let slow = match engine {
        Engine::Postgres => Some(ring(&world.store, &scope, 1).await),
        Engine::Sqlite => None,
    };
    ring(&world.store, &scope, 2).await.commit().await.unwrap();

    // The dispatcher's job, and one delivery.
    work(&[&world.store], &handlers, 2).await;
    let slow = match slow {
        Some(slow) => slow,
        None => ring(&world.store, &scope, 1).await,
    };
    slow.commit().await.unwrap();
    work(&[&world.store], &handlers, 2).await;

    assert_eq!(numbered(&world.store, &scope).await, [(1, 2), (2, 1)]);
    assert_eq!(*listener.heard.lock().unwrap(), [(1, 2), (2, 1)]);
    assert_eq!(*meter.events.lock().unwrap(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_dispatchers_number_and_hand_over_once(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, listener, meter) = (world.tenant().await, Arc::default(), Arc::default());
    let other = world.open().await;
    for bell in 1..=10 {
        ring(&world.store, &scope, bell).await.commit().await.unwrap();
    }

    // How many wake-ups are run depends on how many the first look has answered.
    let [dispatcher, deliverer] = handlers(&listener, &meter);
    work_beside(&[&world.store, &other], &[deliverer], &[dispatcher], 10).await;

    let sequences: Vec<_> = numbered(&world.store, &scope).await.into_iter().map(|(sequence, _)| sequence).collect();
    assert_eq!(sequences, (1..=10).collect::<Vec<_>>());
    let mut heard = listener.heard.lock().unwrap().clone();
    heard.sort_unstable();
    assert_eq!(heard, numbered(&world.store, &scope).await);
    assert!(jobs(&world.store).await.iter().all(|job| job.status == job::Status::Done));
}

/// Later wake-ups would find nothing left to do.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_look_answers_every_wake_up_of_its_organization_and_no_other_job(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, other, listener, meter) = (world.tenant().await, world.tenant().await, Arc::default(), Arc::default());
    for bell in 1..=5 {
        ring(&world.store, &scope, bell).await.commit().await.unwrap();
    }
    ring(&world.store, &other, 1).await.commit().await.unwrap();

    let [dispatcher, _] = handlers(&listener, &meter);
    let one_by_one = WorkerOptions { concurrency: 1, ..options() };
    work_with(one_by_one, &[&world.store], &[dispatcher], &[], 1).await;

    let count = async |organization, kind: &str, status| {
        let jobs = jobs(&world.store).await;
        let counted =
            |job: &&job::Model| job.organization_id == Some(organization) && job.kind == kind && job.status == status;
        jobs.iter().filter(counted).count()
    };
    assert_eq!(count(scope.organization, "outbox.dispatch", job::Status::Done).await, 5);
    assert_eq!(count(scope.organization, "outbox.deliver", job::Status::Ready).await, 5);
    assert_eq!(count(other.organization, "outbox.dispatch", job::Status::Ready).await, 1);
}

/// One wake-up for a transaction, however much happens in it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn events_of_one_transaction_stay_in_their_order(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, listener, meter) = (world.tenant().await, Arc::default(), Arc::default());
    let tx = world.store.write(&scope).await.unwrap();
    for bell in 1..=5 {
        tx.emit(&Rang { bell }).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(jobs(&world.store).await.len(), 1);

    work(&[&world.store], &handlers(&listener, &meter), 6).await;

    assert_eq!(numbered(&world.store, &scope).await, (1..=5).map(|n| (n, n)).collect::<Vec<_>>());
}

async fn stand(world: &World, scope: &Scope, status: organization::Status, standing: Standing) {
    let tx = world.store.write_in_any_state(scope).await.unwrap();
    let own = organization::Column::Id.eq(scope.organization);
    tx.system().update_where(own, |row: &mut organization::ActiveModel| row.status = Set(status)).await.unwrap();
    tx.note_standing(standing).await.unwrap();
    tx.commit().await.unwrap();
}

/// Nobody is told of anything meanwhile.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_nobody_was_told_of_before_a_suspension_is_kept_until_they_were(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, listener, meter) = (world.tenant().await, Arc::default(), Arc::default());
    let [dispatcher, deliverer] = handlers(&listener, &meter);
    let expired = RemoveExpired::new(Arc::new(Tenancy), Arc::new(AWeek), vec![Arc::new(Events)]);
    let night = async || expired.remove_from(&world.store, scope.organization, "test").await.unwrap();
    ring(&world.store, &scope, 1).await.commit().await.unwrap();
    work(&[&world.store], &[dispatcher], 1).await;
    stand(&world, &scope, organization::Status::Suspended, Standing::Suspended).await;

    world.clock.advance(TimeDelta::days(8));
    night().await;
    assert_eq!(numbered(&world.store, &scope).await, [(1, 1)]);

    stand(&world, &scope, organization::Status::Active, Standing::Open).await;
    work(&[&world.store], &[deliverer], 1).await;
    assert_eq!(*listener.heard.lock().unwrap(), [(1, 1)]);
    night().await;
    assert!(numbered(&world.store, &scope).await.is_empty());
}
