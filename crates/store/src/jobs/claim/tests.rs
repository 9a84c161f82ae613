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
        lane: Set(OWN_LANE),
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

async fn take(world: &World, worker: Uuid, limit: usize) -> Vec<Job> {
    let rooms = [(KIND, limit), ("other", limit)];
    claim(&world.store, worker, &rooms, limit, &mut Turn::default(), LEASE).await.unwrap().jobs
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

/// A job that waits in the lane.
fn waiting(now: Timestamp, lane: u128, kind: &str, priority: i32) -> job::ActiveModel {
    let kind = Set(kind.to_owned());
    let new = row(now, Ready, 0, None);
    job::ActiveModel { lane: Set(Uuid::from_u128(lane)), kind, priority: Set(priority), unique_key: Set(None), ..new }
}

/// The lanes, kinds and priorities of what claims of so many bring, one after the other.
async fn turns(world: &World, rooms: &[Room], limits: &[usize]) -> Vec<Vec<(u128, String, i32)>> {
    let (mut turn, mut brought) = (Turn::default(), Vec::new());
    for limit in limits {
        let claimed = claim(&world.store, worker(), rooms, *limit, &mut turn, LEASE).await.unwrap();
        let seen = |job: &Job| (job.row.lane.as_u128(), job.row.kind.clone(), job.row.priority);
        let mut seen: Vec<_> = claimed.jobs.iter().map(seen).collect();
        seen.sort();
        brought.push(seen);
    }
    brought
}

#[tokio::test]
async fn lanes_have_turns_and_each_gives_what_is_most_urgent_in_it() {
    let world = World::new().await;
    let now = world.clock.now();
    for priority in [0, 1, 2] {
        add(&world, waiting(now, 1, KIND, priority)).await;
    }
    for (lane, kind, priority) in [(2, KIND, 0), (3, "other", 0), (3, KIND, 5), (4, "other", 0)] {
        add(&world, waiting(now, lane, kind, priority)).await;
    }
    let job = |lane: u128, kind: &str, priority| (lane, kind.to_owned(), priority);
    let turns = turns(&world, &[(KIND, 9), ("other", 9)], &[1, 1, 1, 1, 2, 9]).await;
    let expected = [
        vec![job(1, KIND, 2)],
        vec![job(2, KIND, 0)],
        vec![job(3, KIND, 5)],
        vec![job(4, "other", 0)],
        // Round the circle: the first lane, and the next one that still has something.
        vec![job(1, KIND, 1), job(3, "other", 0)],
        vec![job(1, KIND, 0)],
    ];
    assert_eq!(turns, expected);
}

#[tokio::test]
async fn a_kind_without_room_is_passed_over() {
    let world = World::new().await;
    let now = world.clock.now();
    for lane in [1, 2, 3] {
        add(&world, waiting(now, lane, KIND, 9)).await;
    }
    add(&world, waiting(now, 3, "other", 0)).await;
    let job = |lane: u128, kind: &str, priority| (lane, kind.to_owned(), priority);
    assert_eq!(turns(&world, &[(KIND, 0), ("other", 9)], &[9]).await, [[job(3, "other", 0)]]);
    assert_eq!(turns(&world, &[(KIND, 1), ("other", 9)], &[9]).await, [[job(1, KIND, 9)]]);
    assert_eq!(turns(&world, &[(KIND, 2)], &[9]).await, [[job(2, KIND, 9), job(3, KIND, 9)]]);
}

#[tokio::test]
async fn a_claim_knows_whether_there_is_a_rest() {
    use Rest::{Later, Nothing, Now};
    // How many wait in each lane, of each of two kinds; how many of each kind there is room for, and how many are wanted; what is left then.
    type Case = (&'static [(usize, usize)], (usize, usize), usize, Rest);
    let table: [Case; 13] = [
        (&[], (4, 4), 4, Nothing),
        (&[(1, 0)], (4, 4), 4, Nothing),
        (&[(1, 1), (1, 0)], (4, 4), 4, Nothing),
        (&[(1, 0), (1, 0), (1, 0)], (4, 4), 4, Nothing),
        (&[(4, 0)], (9, 9), 4, Now),
        (&[(3, 0), (1, 0)], (9, 9), 4, Now),
        (&[(3, 0), (1, 0), (1, 0)], (9, 9), 9, Now),
        (&[(1, 0), (4, 0), (1, 0)], (9, 9), 9, Now),
        (&[(2, 0), (1, 0), (1, 0)], (9, 9), 9, Nothing),
        (&[(1, 1)], (0, 4), 4, Later),
        (&[(2, 0)], (1, 4), 4, Later),
        (&[(2, 1)], (1, 4), 4, Later),
        (&[(3, 2)], (1, 9), 4, Now),
    ];
    for (lanes, (first, second), limit, rest) in table {
        let world = World::new().await;
        for (lane, (some, others)) in (1..).zip(lanes) {
            for (kind, count) in [(KIND, some), ("other", others)] {
                for _ in 0..*count {
                    add(&world, waiting(world.clock.now(), lane, kind, 0)).await;
                }
            }
        }
        let rooms = [(KIND, first), ("other", second)];
        let claimed = claim(&world.store, worker(), &rooms, limit, &mut Turn::default(), LEASE).await.unwrap();
        assert_eq!(claimed.rest, rest, "{lanes:?}, room for {first} and {second}, {limit} wanted");
        let left = lanes.iter().map(|(some, others)| some + others).sum::<usize>() - claimed.jobs.len();
        assert!(rest != Nothing || left == 0, "{lanes:?}: {left} are left");
    }
}

#[test]
fn a_turn_passes_to_the_farthest_lane_of_the_circle() {
    let after = |here: u128, lanes: &[u128]| {
        let mut turn = Turn(Uuid::from_u128(here));
        turn.pass(lanes.iter().map(|lane| Uuid::from_u128(*lane)));
        turn.0.as_u128()
    };
    assert_eq!(after(0, &[1, 3, 2]), 3);
    assert_eq!(after(2, &[3, 5, 1]), 1);
    assert_eq!(after(2, &[1, 2]), 2);
    assert_eq!(after(2, &[]), 2);
}

#[tokio::test]
async fn of_jobs_that_end_together_only_those_that_are_held_end() {
    let world = World::new().await;
    let (me, now) = (worker(), world.clock.now());
    let held = |status, owner| job::ActiveModel { unique_key: Set(None), ..row(now, status, 0, owner) };
    let mut jobs = Vec::new();
    for (status, owner) in [
        (Running, Some((me, 9))),
        (Running, Some((worker(), 9))),
        (Running, Some((me, 9))),
        (Ready, None),
        (Dead, None),
    ] {
        jobs.push(add(&world, held(status, owner)).await.id);
    }
    let by = |owner| move |id: &JobId| Held { id: *id, owner };
    // The worker's own claim before this one is another's, too.
    let earlier = finish_all(&world.store, &jobs.iter().map(by(worker())).collect::<Vec<_>>()).await.unwrap();
    assert!(earlier.is_empty());
    let both = jobs.iter().map(by(worker())).chain(jobs.iter().map(by(me)));
    let ended = finish_all(&world.store, &both.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(ended, HashSet::from([jobs[0], jobs[2]]));
    let tx = world.store.system_read().await.unwrap();
    let done = tx.system().find::<job::Entity>().filter(Column::Status.eq(Done)).all(9).await.unwrap();
    assert!(done.len() == 2 && done.iter().all(|job| (job.lease_owner, job.leased_until) == (None, None)));
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

/// A process may believe for a second that an organization is suspended that was re-activated elsewhere.
#[tokio::test]
async fn what_is_put_off_though_its_organization_is_open_comes_back_at_once() {
    for (status, pause) in [("active", 1), ("suspended", 600), ("closed", 600)] {
        let (world, me, organization) = (World::new().await, worker(), OrganizationId::generate());
        let now = world.clock.now();
        let tx = world.store.system().await.unwrap();
        let insert = Query::insert()
            .into_table("organizations")
            .columns(["id", "status"])
            .values_panic([organization.as_uuid().into(), status.into()])
            .to_owned();
        tx.system().connection().execute(&insert).await.unwrap();
        tx.commit().await.unwrap();
        let new = job::ActiveModel { organization_id: Set(Some(organization)), ..row(now, Running, 0, Some((me, 9))) };
        let job = add(&world, new).await;
        put_off(&world.store, &believed(&job, me), organization).await.unwrap();
        let after = read(&world, &job).await;
        assert_eq!((after.status, after.attempts), (Ready, 0), "{status}");
        assert_eq!(after.run_at, now + TimeDelta::seconds(pause), "{status}");
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
