//! How jobs are taken, kept, ended and given back.
mod statement;

use super::Job;
use crate::{Standing, Store, System, error::internal, filter::filled_up, prelude::*, standing};
use chrono::TimeDelta;
use purser_entity_platform::job::{self, Column, Status};
use purser_kernel::{OrganizationId, ids::JobId, random};
use sea_orm::sea_query::{
    CommonTableExpression, Cond, Expr, LockBehavior, LockType, Query, SelectStatement, UpdateStatement, WithClause,
    WithQuery,
};
use sea_orm::{ActiveEnum, ConnectionTrait, FromQueryResult, Statement, Value};
use std::{
    collections::{HashMap, HashSet},
    sync::atomic::AtomicBool,
};
use uuid::Uuid;

/// The lane of work of no organization. The greatest there is: the circle begins before the least.
pub(super) const OWN_LANE: Uuid = Uuid::max();

/// How many jobs of a kind are wanted.
pub(super) type Room = (&'static str, usize);

/// Where in the circle of lanes a worker is: behind the one that had the last turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn(Uuid);

impl Default for Turn {
    fn default() -> Self {
        Self(Uuid::nil())
    }
}

impl Turn {
    /// After a job was taken of each of `lanes`: the farthest of them from here. Those up to here come round last.
    fn pass(&mut self, lanes: impl Iterator<Item = Uuid>) {
        let here = self.0;
        self.0 = lanes.max_by_key(|lane| (*lane <= here, *lane)).unwrap_or(here);
    }
}

/// What a claim brought.
pub(super) struct Claimed {
    pub(super) jobs: Vec<Job>,
    pub(super) rest: Rest,
}

/// Whether jobs may be waiting that were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// There are none: before there is word of new ones, none has to be looked for. Those that another claim has locked at that moment and leaves
    /// are found like all of which there was no word.
    Nothing,
    /// For which there will be room when a place becomes free.
    Later,
    /// For which there is room.
    Now,
}

impl Rest {
    /// After a claim of up to `limit` brought `rows`, while so many lanes had something.
    fn of(rows: &[job::Model], rooms: &[Room], limit: usize, lanes: usize) -> Self {
        // As the statement divides them. A lane that gave less has no more that nobody has locked.
        let part = limit.div_ceil(lanes.max(1));
        let (mut kinds, mut groups) = (HashMap::new(), HashMap::new());
        for row in rows {
            *kinds.entry(row.kind.as_str()).or_insert(0) += 1;
            *groups.entry((row.kind.as_str(), row.lane)).or_insert(0) += 1;
        }
        let full = |kind: &str| rooms.iter().any(|(name, room)| *name == kind && kinds.get(kind) >= Some(room));
        let gave_all = |(kind, _): &&(&str, Uuid)| !full(kind);
        let cut: Vec<_> = groups.iter().filter(|(_, count)| **count >= part).map(|(group, _)| group).collect();
        if rows.len() >= limit || cut.iter().any(gave_all) {
            Self::Now
        } else if kinds.keys().any(|kind| full(kind)) || rooms.iter().any(|(_, room)| *room == 0) {
            Self::Later
        } else {
            Self::Nothing
        }
    }
}

/// Takes up to `limit` jobs for `owner` that are due and held by nobody, or by somebody whose lease has run out: of each kind as many as there is
/// room for, and of each lane in turn.
pub(super) async fn claim(
    store: &Store,
    owner: Uuid,
    rooms: &[Room],
    limit: usize,
    turn: &mut Turn,
    lease: TimeDelta,
) -> Result<Claimed, Problem> {
    let tx = store.system().await?;
    let connection = tx.system().connection();
    let now = tx.system().now();
    let count = |jobs: usize| i64::try_from(jobs).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![
        now.into(),
        count(limit).into(),
        turn.0.into(),
        Uuid::nil().into(),
        OWN_LANE.into(),
        (now + lease).into(),
        owner.into(),
    ];
    for (kind, room) in rooms {
        values.extend([Value::from(*kind), count((*room).min(limit)).into()]);
    }
    let statement = statement::claim(connection, rooms.len());
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), statement, values);
    let rows = connection.query_all_raw(statement).await.map_err(internal)?;
    let lanes = rows.first().map_or(Ok(0), |row| row.try_get::<i64>("", "lanes_waiting")).map_err(internal)?;
    let rows = rows
        .iter()
        .map(|row| job::Model::from_query_result(row, ""))
        .collect::<Result<Vec<_>, _>>()
        .map_err(internal)?;
    tx.commit().await?;
    turn.pass(rows.iter().map(|row| row.lane));
    let rest = Rest::of(&rows, rooms, limit, usize::try_from(lanes).unwrap_or(usize::MAX));
    let held = |row| Job { row, lease_owner: owner, finished: AtomicBool::new(false) };
    Ok(Claimed { jobs: rows.into_iter().map(held).collect(), rest })
}

/// Jobs that one look at what waits makes unnecessary, in one transaction.
const MOST_ENDED: u64 = 1_000;

/// Ends jobs of this kind of the organization that wait: what they were queued for is done in this transaction. One that a worker is
/// about to take is left to it.
pub(crate) async fn end_waiting(tx: &WriteTx, kind: &'static str) -> Result<(), Problem> {
    use sea_orm::sea_query::ExprTrait;
    let waiting = Query::select()
        .column(Column::Id)
        .from(job::Entity)
        .and_where(Expr::col(Column::Lane).eq(tx.organization().as_uuid()))
        // Written out: only so PostgreSQL knows beforehand that the index over waiting jobs has them all.
        .and_where(Expr::cust("status = 'ready'"))
        .and_where(Expr::col(Column::Kind).eq(kind))
        .limit(MOST_ENDED)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let end = Query::update()
        .table(job::Entity)
        .value(Column::Status, Status::Done.to_value())
        .value(Column::LastError, Option::<String>::None)
        .value(Column::UpdatedAt, tx.now())
        .to_owned();
    tx.connection().execute(&among(waiting, end)).await.map_err(internal)?;
    Ok(())
}

/// The change, of these jobs only.
///
/// They stand in a WITH and not in the IN itself: PostgreSQL may run a sub-select again and would then lock more than its limit.
fn among(jobs: SelectStatement, mut change: UpdateStatement) -> WithQuery {
    use sea_orm::sea_query::ExprTrait;
    let jobs = CommonTableExpression::new().table_name("due").query(jobs).to_owned();
    change.and_where(Expr::col(Column::Id).in_subquery(Query::select().column("id").from("due").to_owned()));
    change.with(WithClause::new().cte(jobs).to_owned())
}

fn held(job: &Job) -> Filter<job::Entity> {
    Column::Id.eq(job.row.id).and(Column::LeaseOwner.eq(job.lease_owner)).and(Column::Status.eq(Status::Running))
}

/// Marks the job as done, if it is still held.
pub(super) async fn finish(system: System<'_>, job: &Job) -> Result<(), Problem> {
    let done = system
        .update_where(held(job), |row: &mut job::ActiveModel| {
            row.status = Set(Status::Done);
            row.lease_owner = Set(None);
            row.leased_until = Set(None);
            row.last_error = Set(None);
        })
        .await?;
    if done == 1 { Ok(()) } else { Err(lost()) }
}

/// Somebody else has the job by now.
pub(super) fn lost() -> Problem {
    Problem::internal("the job's lease was lost to another worker")
}

/// A job and by which claim it is held.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) id: JobId,
    owner: Uuid,
}

impl Held {
    pub(super) fn of(job: &Job) -> Self {
        Self { id: job.row.id, owner: job.lease_owner }
    }
}

/// Marks these jobs as done, those of them that are still held, and returns which those are.
pub(super) async fn finish_all(store: &Store, jobs: &[Held]) -> Result<HashSet<JobId>, Problem> {
    let tx = store.system().await?;
    let end = Query::update()
        .table(job::Entity)
        .value(Column::Status, Status::Done.to_value())
        .value(Column::LastError, Option::<String>::None)
        .returning_col(Column::Id)
        .to_owned();
    let end = released(end, jobs, tx.system().now());
    let ended = tx.system().connection().query_all(&end).await.map_err(internal)?;
    let ended = ended.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>().map_err(internal)?;
    tx.commit().await?;
    Ok(ended)
}

/// Gives jobs back that were not begun, those of them that are still held. The attempt does not count. Like one that failed they give up their
/// unique key.
pub(super) async fn give_back(store: &Store, jobs: &[Job]) -> Result<(), Problem> {
    use sea_orm::sea_query::ExprTrait;
    let jobs: Vec<Held> = jobs.iter().map(Held::of).collect();
    let tx = store.system().await?;
    let ready = Query::update()
        .table(job::Entity)
        .value(Column::Status, Status::Ready.to_value())
        .value(Column::Attempts, Expr::col(Column::Attempts).sub(1))
        .value(Column::UniqueKey, Option::<String>::None)
        .to_owned();
    let ready = released(ready, &jobs, tx.system().now());
    tx.system().connection().execute(&ready).await.map_err(internal)?;
    tx.commit().await
}

/// The change, of those of these jobs that are still held, and they are not any more then.
fn released(mut change: UpdateStatement, jobs: &[Held], now: Timestamp) -> UpdateStatement {
    use sea_orm::sea_query::ExprTrait;
    let held = filled_up(jobs).fold(Cond::any(), |held, job| {
        held.add(Expr::col(Column::Id).eq(job.id.as_uuid()).and(Expr::col(Column::LeaseOwner).eq(job.owner)))
    });
    change
        .value(Column::LeaseOwner, Option::<Uuid>::None)
        .value(Column::LeasedUntil, Option::<Timestamp>::None)
        .value(Column::UpdatedAt, now)
        .cond_where(held)
        .and_where(Expr::col(Column::Status).eq(Status::Running.to_value()))
        .to_owned()
}

/// Keeps the job for another `lease`. `false` when it was lost.
pub(super) async fn renew(store: &Store, job: &Job, lease: TimeDelta) -> Result<bool, Problem> {
    let tx = store.system().await?;
    let until = tx.system().now() + lease;
    let renewed =
        tx.system().update_where(held(job), |row: &mut job::ActiveModel| row.leased_until = Set(Some(until))).await?;
    tx.commit().await?;
    Ok(renewed == 1)
}

/// Gives a failed job back for another attempt, or declares it dead after its last.
///
/// It gives up its unique key: another job may have been queued with it meanwhile, and two that wait cannot both have it.
pub(super) async fn fail(store: &Store, job: &Job, problem: &Problem) -> Result<Status, Problem> {
    let tx = store.system().await?;
    let status = if job.row.attempts >= job.row.max_attempts { Status::Dead } else { Status::Ready };
    let run_at = tx.system().now() + backoff(job.row.attempts);
    // The kind of problem only: a message may quote what a customer wrote, and every tenant's jobs stand in this table.
    let reason = problem.kind().id.to_owned();
    tx.system()
        .update_where(held(job), |row: &mut job::ActiveModel| {
            row.status = Set(status);
            row.run_at = Set(run_at);
            row.lease_owner = Set(None);
            row.leased_until = Set(None);
            row.unique_key = Set(None);
            row.last_error = Set(Some(reason));
        })
        .await?;
    tx.commit().await?;
    Ok(status)
}

/// How long the jobs of an organization that is not open are put off. Its re-activation ends the pause.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
/// What stands in `last_error` of a job that was put off.
const PUT_OFF: &str = "organization_suspended";

/// Gives a job back that was not to be done now. The attempt does not count. Like one that failed it gives up its unique key.
///
/// How the organization stands is looked at once more, and held: what this process knows of it may be a second old, and whoever
/// re-activates it looks for what was put off in the same transaction.
pub(super) async fn put_off(store: &Store, job: &Job, organization: OrganizationId) -> Result<(), Problem> {
    let tx = store.write_in_any_state(&Scope::system(organization, format!("job-{}", job.id()))).await?;
    let is_open = standing::hold(&tx).await?.is_none_or(|standing| standing == Standing::Open);
    let pause = if is_open { TimeDelta::from_std(standing::LIFETIME).unwrap_or(PAUSE) } else { PAUSE };
    let run_at = tx.now() + pause;
    tx.system()
        .update_where(held(job), |row: &mut job::ActiveModel| {
            row.status = Set(Status::Ready);
            row.run_at = Set(run_at);
            row.attempts = Set(job.row.attempts.saturating_sub(1));
            row.lease_owner = Set(None);
            row.leased_until = Set(None);
            row.unique_key = Set(None);
            row.last_error = Set(Some(PUT_OFF.to_owned()));
        })
        .await?;
    tx.commit().await
}

/// The organization's jobs that were put off are due.
pub(crate) async fn resume(tx: &WriteTx) -> Result<(), Problem> {
    let put_off = Column::OrganizationId
        .eq(tx.organization())
        .and(Column::Status.eq(Status::Ready))
        .and(Column::LastError.eq(PUT_OFF));
    let now = tx.now();
    tx.system().update_where(put_off, |row: &mut job::ActiveModel| row.run_at = Set(now)).await.map(|_| ())
}

/// Half a second doubled with every attempt, at most 10 minutes, with ±20 % jitter so that what failed together does not
/// come back together.
fn backoff(attempt: i32) -> TimeDelta {
    const MAX_MS: i64 = 10 * 60 * 1000;
    let exponent = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(20);
    let delay = 500_i64.saturating_mul(2_i64.pow(exponent)).min(MAX_MS);
    #[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "80 to 120 fit")]
    let percent = (80.0 + 40.0 * random::fraction()) as i64;
    TimeDelta::milliseconds(delay.saturating_mul(percent) / 100)
}

#[cfg(test)]
mod tests;
