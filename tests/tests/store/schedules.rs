//! Work that comes again.
use crate::{work::jobs, world::World};
use chrono::TimeDelta;
use purser_entity_platform::schedule;
use purser_kernel::Clock;
use purser_store::{Scheduler, Store};
use purser_tests::database::Engine;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

const SCHEDULES: &[(&str, &str)] = &[("nightly", "0 3 * * *")];

async fn schedules(store: &Store) -> Vec<schedule::Model> {
    let tx = store.system_read().await.unwrap();
    tx.system().find::<schedule::Entity>().all(10).await.unwrap()
}

/// A scheduler of `planned` for each of `stores`, all at once, until `reached`.
async fn schedule_until(stores: &[&Store], planned: &[(&'static str, &str)], reached: impl AsyncFn() -> bool) {
    let stop = CancellationToken::new();
    let watch = async {
        while !reached().await {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let run = |store: &Store| Scheduler::new(store.clone(), planned).unwrap().run(stop.clone());
    let runs = futures_util::future::join_all(stores.iter().map(|store| run(store)));
    tokio::join!(runs, watch);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_schedulers_queue_one_job(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (one, two) = (world.open().await, world.open().await);
    let queued = async |wanted: usize| jobs(&world.store).await.len() >= wanted;

    schedule_until(&[&one, &two], SCHEDULES, async || !schedules(&world.store).await.is_empty()).await;
    let next = schedules(&world.store).await;
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].next_run_at.to_rfc3339(), "2026-11-21T03:00:00+00:00");
    assert!(jobs(&world.store).await.is_empty(), "its time has not come");

    world.clock.advance(TimeDelta::days(1));
    schedule_until(&[&one, &two], SCHEDULES, async || queued(1).await).await;

    let jobs = jobs(&world.store).await;
    assert_eq!(
        jobs.iter().map(|job| (job.kind.as_str(), job.organization_id)).collect::<Vec<_>>(),
        [("nightly", None)]
    );
    let row = schedules(&world.store).await.remove(0);
    assert_eq!(row.last_run_at, Some(world.clock.now()));
    assert_eq!(row.next_run_at.to_rfc3339(), "2026-11-22T03:00:00+00:00");
}

/// One tick of a scheduler, at least.
async fn tick(store: &Store) {
    schedule_until(&[store], SCHEDULES, async || true).await;
}

/// When each schedule is to run next, and how many jobs there are.
async fn planned(world: &World) -> (Vec<String>, usize) {
    let next = schedules(&world.store).await.iter().map(|row| row.next_run_at.to_rfc3339()).collect();
    (next, jobs(&world.store).await.len())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_clock_that_was_far_ahead_once_holds_up_no_schedule(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let tomorrow = vec!["2026-11-21T03:00:00+00:00".to_owned()];
    tick(&world.store).await;
    for (ahead, run) in [(TimeDelta::days(400), 1), (TimeDelta::hours(18), 2)] {
        world.clock.advance(ahead);
        tick(&world.store).await;
        assert_eq!(planned(&world).await.1, run, "for it the time had come");
        world.clock.advance(-ahead);
        tick(&world.store).await;
        assert_eq!(planned(&world).await, (tomorrow.clone(), run));
    }
    world.clock.advance(TimeDelta::days(1));
    tick(&world.store).await;
    assert_eq!(planned(&world).await, (vec!["2026-11-22T03:00:00+00:00".to_owned()], 3));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_ran_by_a_clock_that_is_a_little_ahead_does_not_run_again(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    tick(&world.store).await;
    world.clock.advance(TimeDelta::hours(17) - TimeDelta::minutes(2));
    let ahead = world.open_at(&Clock::fixed(world.clock.now() + TimeDelta::minutes(4))).await;
    let ran = (vec!["2026-11-22T03:00:00+00:00".to_owned()], 1);
    tick(&ahead).await;
    assert_eq!(planned(&world).await, ran);
    for _ in 0..4 {
        tick(&world.store).await;
        world.clock.advance(TimeDelta::minutes(1));
    }
    assert_eq!(planned(&world).await, ran);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_another_version_has_planned_otherwise_is_planned_anew(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (before, after) = (world.open().await, world.open().await);
    schedule_until(&[&before], SCHEDULES, async || !schedules(&world.store).await.is_empty()).await;

    let planned = [("nightly", "30 5 * * *")];
    schedule_until(&[&after], &planned, async || schedules(&world.store).await[0].cron == "30 5 * * *").await;
    let rows = schedules(&world.store).await;
    assert_eq!((rows.len(), rows[0].next_run_at.to_rfc3339()), (1, "2026-11-21T05:30:00+00:00".to_owned()));
    assert!(jobs(&world.store).await.is_empty(), "its time has not come");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[tokio::test]
async fn what_is_no_cron_is_refused(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    assert!(Scheduler::new(world.store, &[("nightly", "at three")]).is_err());
}
