//! An open transaction, the one type that can run a statement, and how it begins and ends whoever goes away meanwhile.
use crate::error::internal;
use purser_kernel::Problem;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Database, Postgres, SqlSafeStr, Sqlite, Transaction, pool::PoolConnection};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{runtime::Handle, sync::Mutex};

/// Begins a transaction on a connection that was acquired before: waiting for a connection may be cancelled, beginning may
/// not.
///
/// sqlx 0.9 sends BEGIN and counts the transaction only when the answer has come; a future dropped between the two returns an
/// open transaction to the pool, and the next user's writes vanish with it. `Transaction::begin` is public but hidden, hence
/// the pinned minor version; the suite `cancel` notices a change.
pub(super) async fn begin_with<DB: Database>(
    connection: PoolConnection<DB>,
    statement: String,
) -> Result<Transaction<'static, DB>, sqlx::Error> {
    let begin = Transaction::begin(connection, Some(AssertSqlSafe(statement).into_sql_str()));
    ToTheEnd(Some(begin)).await
}

/// A future that goes on in the background when its caller drops it half-way.
struct ToTheEnd<T: Send + 'static>(Option<BoxFuture<T>>);

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = self.0.as_mut() else {
            return Poll::Pending;
        };
        let result = work.as_mut().poll(context);
        if result.is_ready() {
            self.0 = None;
        }
        result
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        // Without a runtime the program is ending, and its connections with it.
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

/// An open transaction. It implements SeaORM's `ConnectionTrait`, therefore nobody outside may hold one.
pub(crate) struct Connection {
    tx: Tx,
    /// Whether a statement has failed.
    has_failed: AtomicBool,
}

enum Tx {
    Postgres(Mutex<Transaction<'static, Postgres>>),
    Sqlite(Mutex<Transaction<'static, Sqlite>>),
}

impl Connection {
    pub(super) fn postgres(tx: Transaction<'static, Postgres>) -> Self {
        Self { tx: Tx::Postgres(Mutex::new(tx)), has_failed: AtomicBool::new(false) }
    }

    pub(super) fn sqlite(tx: Transaction<'static, Sqlite>) -> Self {
        Self { tx: Tx::Sqlite(Mutex::new(tx)), has_failed: AtomicBool::new(false) }
    }

    /// Commits. A caller that goes away meanwhile does not stop it half-way.
    ///
    /// `internal` where a statement has failed, whatever became of the word of it: PostgreSQL would undo everything and say so in the answer
    /// to a COMMIT that succeeds, SQLite would keep the rest.
    pub(crate) async fn commit(self) -> Result<(), Problem> {
        if self.has_failed.into_inner() {
            return Err(Problem::internal("a statement of this transaction has failed"));
        }
        let commit: BoxFuture<Result<(), sqlx::Error>> = match self.tx {
            Tx::Postgres(tx) => Box::pin(tx.into_inner().commit()),
            Tx::Sqlite(tx) => Box::pin(tx.into_inner().commit()),
        };
        ToTheEnd(Some(commit)).await.map_err(|error| internal(failed(error)))
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.tx, Tx::Postgres(_))
    }

    fn noted<T>(&self, outcome: Result<T, sqlx::Error>) -> Result<T, DbErr> {
        outcome.map_err(|error| {
            self.has_failed.store(true, Ordering::Relaxed);
            failed(error)
        })
    }
}

pub(crate) fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

/// A statement with more values than this is not kept prepared. It names or writes many rows and hardly comes again with the same number
/// of them, and each would hold its text and its plan for as long as the connection lives. And PostgreSQL plans what it keeps
/// without looking at the values, compares a long list with each row one by one, and does not notice that the table grows meanwhile:
/// an import that looked 500 rows up at once became slower with every batch.
const MAX_KEPT_VALUES: usize = 100;

/// Splits a statement into what sqlx takes. The text comes from sea-query, which binds every value.
macro_rules! query {
    ($statement:ident) => {{
        let values = $statement.values.unwrap_or(sea_orm::Values(vec![]));
        let kept = values.0.len() <= MAX_KEPT_VALUES;
        sqlx::query_with(AssertSqlSafe($statement.sql), SqlxValues(values)).persistent(kept)
    }};
}

#[async_trait::async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        if self.is_postgres() { DbBackend::Postgres } else { DbBackend::Sqlite }
    }

    /// Both databases know RETURNING: the SQLite that sqlx brings along is newer than 3.35.
    fn support_returning(&self) -> bool {
        true
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.noted(match &self.tx {
            Tx::Postgres(tx) => query!(statement).execute(&mut **tx.lock().await).await.map(Into::into),
            Tx::Sqlite(tx) => query!(statement).execute(&mut **tx.lock().await).await.map(Into::into),
        })
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(DbErr::Custom("unprepared SQL has no place in a unit of work".to_owned()))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.noted(match &self.tx {
            Tx::Postgres(tx) => {
                query!(statement).fetch_optional(&mut **tx.lock().await).await.map(|row| row.map(Into::into))
            }
            Tx::Sqlite(tx) => {
                query!(statement).fetch_optional(&mut **tx.lock().await).await.map(|row| row.map(Into::into))
            }
        })
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.noted(match &self.tx {
            Tx::Postgres(tx) => query!(statement)
                .fetch_all(&mut **tx.lock().await)
                .await
                .map(|rows| rows.into_iter().map(Into::into).collect()),
            Tx::Sqlite(tx) => query!(statement)
                .fetch_all(&mut **tx.lock().await)
                .await
                .map(|rows| rows.into_iter().map(Into::into).collect()),
        })
    }
}

#[cfg(test)]
mod tests;
