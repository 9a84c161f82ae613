//! What the database refuses, as a problem.
use purser_kernel::{CommonProblem, Problem};
use sea_orm::{DbErr, RuntimeErr};
use std::{borrow::Cow, time::Duration};

/// A unique index or key was violated. Travels as the cause of `already_exists`.
#[derive(Debug, thiserror::Error)]
#[error("unique constraint {constraint} violated")]
pub struct UniqueViolation {
    /// The name of the index: `uq_<table>_<columns without the tenant>`.
    pub constraint: String,
}

/// Names the problem that the violation of a unique index means where the write happens.
pub trait Unique<T> {
    /// Replaces `already_exists` of the index `constraint` by `problem`.
    fn on_unique(self, constraint: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem>;
}

impl<T> Unique<T> for Result<T, Problem> {
    fn on_unique(self, constraint: &str, problem: impl FnOnce() -> Problem) -> Self {
        self.map_err(|error| match error.cause::<UniqueViolation>() {
            Some(violation) if violation.constraint == constraint => problem(),
            _ => error,
        })
    }
}

/// How long a caller waits before it tries again when the database was busy.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What a failed statement means for the caller.
///
/// A busy database and a lost race for a lock are `unavailable`, with a time to try again; a violated unique index is
/// `already_exists` until the service says better; a violated foreign key is `validation_failed`. The rest is `internal`: a
/// CHECK or a length that the database had to refuse is a check that a service forgot.
pub(crate) fn internal(error: DbErr) -> Problem {
    let unavailable = |error: DbErr| Problem::of(CommonProblem::Unavailable).retry_after(RETRY_AFTER).caused_by(error);
    let Some(cause) = sqlx_error(&error) else {
        return match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => unavailable(error),
            error => Problem::internal(error),
        };
    };
    let Some(database) = cause.as_database_error() else {
        return match cause {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => unavailable(error),
            _ => Problem::internal(error),
        };
    };
    if database.is_unique_violation() {
        let constraint = match database.constraint() {
            Some(name) => without_shard(name).to_owned(),
            None => named_by_convention(database.message()),
        };
        return Problem::of(CommonProblem::AlreadyExists).caused_by(UniqueViolation { constraint });
    }
    if database.is_foreign_key_violation() {
        return Problem::of(CommonProblem::ValidationFailed)
            .detail("Something that is referred to does not exist.")
            .caused_by(error);
    }
    match database.code().as_deref() {
        Some(code) if passes(code) => unavailable(error),
        _ => Problem::internal(error),
    }
}

/// Whether what the database says goes by on its own.
fn passes(code: &str) -> bool {
    // PostgreSQL: serialization_failure, deadlock_detected, lock_not_available, idle_in_transaction_session_timeout.
    // SQLite: SQLITE_BUSY and its extended codes.
    const PASSING: [&str; 8] = ["40001", "40P01", "55P03", "25P03", "5", "261", "517", "773"];
    // PostgreSQL: lost connections, insufficient resources, what an operator stopped.
    const CLASSES: [&str; 3] = ["08", "53", "57"];
    PASSING.contains(&code) || (code.len() == 5 && CLASSES.iter().any(|class| code.starts_with(class)))
}

/// Whether the connection itself is gone, so that nothing sent on it was or will be done.
pub(crate) fn is_gone(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // admin_shutdown and crash_shutdown: said to a connection that was idle, heard when it is used next.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("57P01" | "57P02")),
        _ => false,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Conn(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// Citus adds `_<shard number>` to the names of constraints.
fn without_shard(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((stem, digits)) if digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        _ => name,
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: products.organization_id, products.sku`), from which the index's
/// name follows by our convention.
fn named_by_convention(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let mut table = Cow::Borrowed("");
    let mut parts = Vec::new();
    for column in columns.split(", ") {
        if let Some((owner, name)) = column.split_once('.') {
            table = Cow::Borrowed(owner);
            if name != "organization_id" {
                parts.push(name);
            }
        }
    }
    format!("uq_{table}_{}", parts.join("_"))
}
