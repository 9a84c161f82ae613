//! Opening the database.
use crate::{
    Store, Vault,
    connection::{Engine, failed},
    error::internal,
    pool::Pool,
};
use purser_kernel::{Clock, ExposeSecret, Problem, SecretString};
use sea_orm::ConnectOptions;
use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

/// Which database, and how it is used.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// `sqlite://path/to/file` or `postgres://…`.
    pub url: SecretString,
    /// Connections of this process; on SQLite, readers beside the one writer.
    pub max_connections: u32,
    /// How long a request waits for a connection, or for a lock that somebody else holds, before it is told to try again.
    pub acquire_timeout: Duration,
    /// Whether the PostgreSQL is a Citus cluster.
    pub citus: bool,
}

impl DatabaseOptions {
    /// The defaults for this address.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            citus: false,
        }
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        let url = self.url.expose_secret();
        url.starts_with("postgres://") || url.starts_with("postgresql://")
    }

    /// The role that the address names, on PostgreSQL.
    pub fn role(&self) -> Result<Option<String>, Problem> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let connect = PgConnectOptions::from_str(self.url.expose_secret()).map_err(|error| internal(failed(error)))?;
        Ok(Some(connect.get_username().to_owned()))
    }
}

/// A connection that was not looked at for so long is looked at before it is used; a ping each time would be a round trip more.
const IDLE_BEFORE_PING: Duration = Duration::from_secs(30);

impl Store {
    /// Opens the database. Nothing is sent before the first unit of work.
    pub async fn connect(options: &DatabaseOptions, clock: Clock, vault: Vault) -> Result<Self, Problem> {
        let engine = if options.is_postgres() { postgres(options)? } else { sqlite(options).await? };
        Ok(Self::new(engine, clock, vault))
    }
}

fn postgres(options: &DatabaseOptions) -> Result<Engine, Problem> {
    let connect = PgConnectOptions::from_str(options.url.expose_secret()).map_err(|error| internal(failed(error)))?;
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE_BEFORE_PING {
                    sqlx::Connection::ping(connection).await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(connect.application_name("purser"));
    Ok(Engine::Postgres { pool: Pool::new(pool), citus: options.citus, lock_timeout: options.acquire_timeout })
}

async fn sqlite(options: &DatabaseOptions) -> Result<Engine, Problem> {
    let connect = SqliteConnectOptions::from_str(options.url.expose_secret())
        .map_err(|error| internal(failed(error)))?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was acknowledged survives a loss of power, too.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(options.acquire_timeout);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .connect_with(connect.clone())
        .await
        .map_err(|error| internal(failed(error)))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .connect_lazy_with(connect.pragma("query_only", "ON"));
    Ok(Engine::Sqlite { writer: Pool::new(writer), readers: Pool::new(readers) })
}

/// SeaORM's own connection, for migrations: they run as the owner of the tables, before any tenant is known.
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "migrations alone run outside of units of work"
)]
pub async fn connect_owner(options: &DatabaseOptions) -> Result<sea_orm::DatabaseConnection, Problem> {
    if options.is_postgres() {
        let mut connect = ConnectOptions::new(options.url.expose_secret());
        connect.max_connections(1).sqlx_logging(false);
        return sea_orm::Database::connect(connect).await.map_err(internal);
    }
    let Engine::Sqlite { writer, .. } = sqlite(options).await? else {
        return Err(Problem::internal("a SQLite address opens SQLite"));
    };
    Ok(sea_orm::SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.connections().clone()))
}
