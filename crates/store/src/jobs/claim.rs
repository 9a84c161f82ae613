//! How jobs are taken, kept, ended and given back.
use super::Job;
use crate::{Store, System, error::internal, prelude::*};
use chrono::TimeDelta;
use purser_entity_platform::job::{self, Column, Status};
use purser_kernel::random;
use sea_orm::sea_query::{
    CommonTableExpression, Expr, LockBehavior, LockType, Query, SelectStatement, UpdateStatement, WithClause, WithQuery,
};
use sea_orm::{ActiveEnum, ConnectionTrait, FromQueryResult};
use std::sync::atomic::AtomicBool;
use uuid::Uuid;

/// Takes up to `limit` jobs that are due and held by nobody, or by a worker whose lease has run out.
///
/// One statement for both databases: SQLite drops the lock clause, and its single writer needs none.
pub(super) async fn claim(
    store: &Store,
    worker: Uuid,
    kinds: &[&'static str],
    limit: u64,
    lease: TimeDelta,
) -> Result<Vec<Job>, Problem> {
    use sea_orm::sea_query::ExprTrait;
    let tx = store.system().await?;
    let now = tx.system().now();
    let waiting = Expr::col(Column::Status).eq(Status::Ready.to_value()).and(Expr::col(Column::RunAt).lte(now));
    let abandoned =
        Expr::col(Column::Status).eq(Status::Running.to_value()).and(Expr::col(Column::LeasedUntil).lt(now));
    let due = Query::select()
        .column(Column::Id)
        .from(job::Entity)
        .and_where(waiting.or(abandoned))
        .and_where(Expr::col(Column::Kind).is_in(kinds.iter().copied()))
        .order_by(Column::Priority, sea_orm::Order::Desc)
        .order_by(Column::RunAt, sea_orm::Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claim = Query::update()
        .table(job::Entity)
        .value(Column::Status, Status::Running.to_value())
        .value(Column::LeasedUntil, now + lease)
        .value(Column::LeaseOwner, worker)
        .value(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .value(Column::UpdatedAt, now)
        .returning_all()
        .to_owned();
    let rows = tx.system().connection().query_all(&among(due, claim)).await.map_err(internal)?;
    let jobs = rows
        .iter()
        .map(|row| job::Model::from_query_result(row, ""))
        .collect::<Result<Vec<_>, _>>()
        .map_err(internal)?;
    tx.commit().await?;
    let held = |row| Job { row, lease_owner: worker, finished: AtomicBool::new(false) };
    Ok(jobs.into_iter().map(held).collect())
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
        .and_where(sea_orm::ColumnTrait::eq(&Column::OrganizationId, tx.organization()))
        .and_where(Expr::col(Column::Status).eq(Status::Ready.to_value()))
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
    if done == 1 { Ok(()) } else { Err(Problem::internal("the job's lease was lost to another worker")) }
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
pub(super) async fn put_off(store: &Store, job: &Job) -> Result<(), Problem> {
    let tx = store.system().await?;
    let run_at = tx.system().now() + PAUSE;
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
