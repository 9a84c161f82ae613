use super::*;
use crate::tests::World;
use Status::{Dead, Done, Ready, Running};
use purser_kernel::{Id, Timestamp};
use serde_json::json;

const KIND: &str = "test";
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// A job that waits, or that `owner` holds for some more seconds.
fn row(now: Timestamp, status: Status, due_in: i64, owner: Option<(Uuid, i64)>) -> job::ActiveModel {
    job::ActiveModel {
        id: Set(Id::generate()),
        organization_id: Set(None),
        kind: Set(KIND.to_owned()),
        payload: Set(json!({})),
        status: Set(status),
        priority: Set(0),
        run_at: Set(now + TimeDelta::seconds(due_in)),
        attempts: Set(1),
        max_attempts: Set(3),
        lease_owner: Set(owner.map(|(worker, _)| worker)),
        leased_until: Set(owner.map(|(_, seconds)| now + TimeDelta::seconds(seconds))),
        unique_key: Set(Some("once".to_owned())),
        last_error: Set(None),
        ..Default::default()
    }
}

async fn add(world: &World, row: job::ActiveModel) -> job::Model {
    let tx = world.store.system().await.unwrap();
    let row = tx.system().insert(row).await.unwrap();
    tx.commit().await.unwrap();
    row
}

async fn read(world: &World, job: &job::Model) -> job::Model {
    let tx = world.store.system_read().await.unwrap();
    tx.system().find::<job::Entity>().filter(Column::Id.eq(job.id)).one().await.unwrap().unwrap()
}

async fn take(world: &World, worker: Uuid, limit: u64) -> Vec<Job> {
    claim(&world.store, worker, &[KIND, "other"], limit, LEASE).await.unwrap()
}

fn worker() -> Uuid {
    purser_kernel::ids::JobId::generate().as_uuid()
}

/// The job as this worker believes to hold it.
fn believed(row: &job::Model, worker: Uuid) -> Job {
    Job { row: row.clone(), lease_owner: worker, finished: AtomicBool::new(false) }
}

#[tokio::test]
async fn a_worker_takes_what_is_due_and_what_was_abandoned() {
    let (me, other) = (worker(), worker());
    let table = [
        (Ready, 0, None, true),
        (Ready, -60, None, true),
        (Ready, 1, None, false),
        (Running, -60, Some((other, 1)), false),
        (Running, -60, Some((other, 0)), false),
        (Running, -60, Some((other, -1)), true),
        (Done, -60, None, false),
        (Dead, -60, None, false),
    ];
    for (status, due_in, owner, taken) in table {
        let world = World::new().await;
        let now = world.clock.now();
        let job = add(&world, row(now, status, due_in, owner)).await;
        let held = take(&world, me, 10).await;
        let after = read(&world, &job).await;
        assert_eq!(held.len(), usize::from(taken), "{status:?} due in {due_in} s, held by {owner:?}");
        if taken {
            let lease = (after.lease_owner, after.leased_until);
            assert_eq!((after.status, after.attempts, lease), (Running, 2, (Some(me), Some(now + LEASE))));
        } else {
            assert_eq!(after, job);
        }
    }
}

#[tokio::test]
async fn a_worker_takes_no_more_than_it_can_do_the_urgent_and_the_oldest_first() {
    let world = World::new().await;
    let now = world.clock.now();
    let mut jobs = Vec::new();
    for (priority, due_in, kind) in [(0, 0, KIND), (0, -1, KIND), (1, 0, KIND), (9, -9, "not mine")] {
        let new = row(now, Ready, due_in, None);
        jobs.push(
            add(&world, job::ActiveModel { priority: Set(priority), kind: Set(kind.to_owned()), ..new }).await.id,
        );
    }
    let mut taken = Vec::new();
    for limit in [1, 1, 5] {
        taken.extend(take(&world, worker(), limit).await.iter().map(Job::id));
    }
    assert_eq!(taken, [jobs[2], jobs[1], jobs[0]]);
}

#[tokio::test]
async fn only_who_holds_a_job_can_keep_it_end_it_or_give_it_back() {
    let (me, other) = (worker(), worker());
    for status in [Ready, Running, Done, Dead] {
        for owner in [None, Some((other, 9)), Some((me, 9))] {
            let held = status == Running && owner.is_some_and(|(owner, _)| owner == me);
            let world = World::new().await;
            let job = add(&world, row(world.clock.now(), status, 0, owner)).await;
            assert_eq!(renew(&world.store, &believed(&job, me), LEASE * 2).await.unwrap(), held);
            let kept = read(&world, &job).await;
            if held {
                assert_eq!(kept.leased_until, Some(world.clock.now() + LEASE * 2));
            } else {
                assert_eq!(kept, job);
                fail(&world.store, &believed(&job, me), &Problem::internal("failed")).await.unwrap();
                assert_eq!(read(&world, &job).await, job, "{status:?} held by {owner:?}");
            }
            let tx = world.store.system().await.unwrap();
            assert_eq!(finish(tx.system(), &believed(&job, me)).await.is_ok(), held);
            tx.commit().await.unwrap();
            let ended = read(&world, &job).await;
            if held {
                assert_eq!((ended.status, ended.lease_owner, ended.leased_until), (Done, None, None));
            } else {
                assert_eq!(ended, job);
            }
        }
    }
}

#[tokio::test]
async fn a_job_that_failed_comes_back_until_its_last_attempt() {
    let me = worker();
    for (attempts, then) in [(1, Ready), (2, Ready), (3, Dead), (4, Dead)] {
        let world = World::new().await;
        let now = world.clock.now();
        let new = job::ActiveModel { attempts: Set(attempts), ..row(now, Running, 0, Some((me, 9))) };
        let job = add(&world, new).await;
        let problem = Problem::not_found("parcel");
        assert_eq!(fail(&world.store, &believed(&job, me), &problem).await.unwrap(), then);
        let after = read(&world, &job).await;
        assert_eq!((after.status, after.attempts), (then, attempts));
        assert_eq!((after.lease_owner, after.leased_until, after.unique_key), (None, None, None));
        assert_eq!(after.last_error.as_deref(), Some("not_found"));
        assert!(after.run_at > now);
    }
}

/// A hundred pauses before the attempt after this one, in milliseconds.
fn pauses(attempt: i32) -> Vec<i64> {
    (0..100).map(|_| backoff(attempt).num_milliseconds()).collect()
}

#[test]
fn pauses_double_up_to_ten_minutes() {
    for (attempt, milliseconds) in [(1, 500), (2, 1_000), (5, 8_000), (11, 512_000), (12, 600_000), (400, 600_000)] {
        let around = milliseconds * 8 / 10..=milliseconds * 12 / 10;
        assert!(pauses(attempt).iter().all(|pause| around.contains(pause)), "attempt {attempt}");
    }
}

#[test]
fn what_failed_together_does_not_come_back_together() {
    let pauses = pauses(12);
    assert!(pauses.iter().any(|pause| *pause < 570_000) && pauses.iter().any(|pause| *pause > 630_000));
}
