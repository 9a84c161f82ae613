//! How transactions begin on the two databases.
mod transaction;

pub(crate) use transaction::{Connection, failed};

use crate::{
    ReadTx, SystemTx, Vault, WriteTx, dialect,
    error::{internal, is_gone},
    news::{EventNews, JobNews},
    pool::Pool,
    rights::RightsChanges,
    standing::{Standing, Standings},
    system::Unit,
};
use purser_kernel::{Clock, CommonProblem, Id, OrganizationId, Problem, Scope, UserId};
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction, pool::PoolConnection};
use std::{sync::Arc, time::Duration};
use transaction::begin_with;

/// A database, ready to begin units of work. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    vault: Vault,
    standings: Standings,
    /// By what other processes know this one.
    process: String,
    /// Word of jobs that were committed.
    jobs: JobNews,
    /// Word of events that were numbered.
    events: EventNews,
    rights: RightsChanges,
}

#[derive(Clone)]
pub(crate) enum Engine {
    Postgres {
        pool: Pool<Postgres>,
        citus: bool,
        /// How long a statement waits for a lock.
        lock_timeout: Duration,
    },
    /// One writer and several readers: a single pool made writers queue behind each other's locks.
    Sqlite { writer: Pool<Sqlite>, readers: Pool<Sqlite> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// What the database is told about a transaction.
#[derive(Clone, Copy, Default)]
struct Settings {
    organization: Option<OrganizationId>,
    person: Option<UserId>,
}

impl Store {
    pub(crate) fn new(engine: Engine, clock: Clock, vault: Vault) -> Self {
        Self {
            engine,
            shared: Arc::new(Shared {
                clock,
                vault,
                process: Id::<Self>::generate().to_string(),
                jobs: JobNews::default(),
                events: EventNews::default(),
                rights: RightsChanges::new(),
                standings: Standings::new(),
            }),
        }
    }

    /// The clock that all units of work tell the time by.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What keeps secrets.
    pub fn vault(&self) -> &Vault {
        &self.shared.vault
    }

    /// Whether the database is PostgreSQL, where units of work can overlap while they write.
    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres { .. })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn process(&self) -> &str {
        &self.shared.process
    }

    pub(crate) fn job_news(&self) -> &JobNews {
        &self.shared.jobs
    }

    pub(crate) fn events(&self) -> &EventNews {
        &self.shared.events
    }

    /// How often this process has changed what people may do in the organization. What was looked up before the count moved on is
    /// to be looked up again.
    pub fn rights_changes(&self, organization: OrganizationId) -> u64 {
        self.shared.rights.of(organization)
    }

    pub(crate) fn rights_changed(&self, organization: OrganizationId) {
        self.shared.rights.another(organization);
    }

    pub(crate) fn standings(&self) -> &Standings {
        &self.shared.standings
    }

    /// Begins a transaction that can only read. Dropping it ends it.
    ///
    /// `unauthenticated` when the organization is closed: nobody gets in, by whatever door.
    pub async fn read(&self, scope: &Scope) -> Result<ReadTx, Problem> {
        let began = self.standings().now();
        let tx = self.read_in_any_state(scope).await?;
        match self.standings().of(&tx, began).await? {
            Standing::Open | Standing::Suspended => Ok(tx),
            Standing::Closed => Err(Problem::of(CommonProblem::Unauthenticated)),
        }
    }

    /// As [`Store::read`], and suspended organizations are not let in: for what goes on as long as something happens in them.
    ///
    /// `organization_suspended` for those.
    pub async fn read_while_open(&self, scope: &Scope) -> Result<ReadTx, Problem> {
        let began = self.standings().now();
        let tx = self.read_in_any_state(scope).await?;
        self.standings().of(&tx, began).await?.must_be_open()?;
        Ok(tx)
    }

    /// As [`Store::read`], and closed organizations are let in: for Purser's own upkeep, and to show an owner what is closed.
    pub async fn read_in_any_state(&self, scope: &Scope) -> Result<ReadTx, Problem> {
        Ok(ReadTx::new(self.tenant_unit(Access::Read, scope).await?, scope.clone()))
    }

    /// Begins a transaction that must be committed; dropped before that, it leaves nothing behind.
    ///
    /// No network call, no password hash and no second `write` may happen while it is open: on SQLite there is one writer.
    ///
    /// `organization_suspended` when the organization can only be read, `unauthenticated` when it is closed. A change of this
    /// process is noticed at once, that of another within a second.
    pub async fn write(&self, scope: &Scope) -> Result<WriteTx, Problem> {
        let began = self.standings().now();
        let tx = self.write_in_any_state(scope).await?;
        self.standings().of(&tx, began).await?.must_be_open()?;
        Ok(tx)
    }

    /// As [`Store::write`], and suspended organizations are written to: for changes of their status, and for nothing else.
    pub async fn write_while_suspended(&self, scope: &Scope) -> Result<WriteTx, Problem> {
        let began = self.standings().now();
        let tx = self.write_in_any_state(scope).await?;
        match self.standings().of(&tx, began).await? {
            Standing::Open | Standing::Suspended => Ok(tx),
            Standing::Closed => Err(Problem::of(CommonProblem::Unauthenticated)),
        }
    }

    /// As [`Store::write`], and suspended and closed organizations are written to: for what people do about their own sessions, and
    /// for Purser's own upkeep. For nothing else.
    pub async fn write_in_any_state(&self, scope: &Scope) -> Result<WriteTx, Problem> {
        let read = ReadTx::new(self.tenant_unit(Access::Write, scope).await?, scope.clone());
        Ok(WriteTx::new(read, self.clone()))
    }

    async fn tenant_unit(&self, access: Access, scope: &Scope) -> Result<Unit, Problem> {
        let settings = Settings { organization: Some(scope.organization), person: scope.actor.user() };
        self.unit(access, settings).await
    }

    /// Begins a transaction for global tables: no tenant is set, so PostgreSQL shows no tenant's row.
    pub async fn system(&self) -> Result<SystemTx, Problem> {
        Ok(SystemTx::new(self.unit(Access::Write, Settings::default()).await?))
    }

    /// As [`Store::system`], to read only: on SQLite it does not wait for the writer.
    pub async fn system_read(&self) -> Result<SystemTx, Problem> {
        Ok(SystemTx::new(self.unit(Access::Read, Settings::default()).await?))
    }

    /// As [`Store::system`], and what PostgreSQL keeps from other people is visible for this one: their password's hash,
    /// sessions, tokens and memberships.
    pub async fn person(&self, user: UserId) -> Result<SystemTx, Problem> {
        let settings = Settings { organization: None, person: Some(user) };
        Ok(SystemTx::new(self.unit(Access::Write, settings).await?))
    }

    /// As [`Store::person`], to read only.
    pub async fn person_read(&self, user: UserId) -> Result<SystemTx, Problem> {
        let settings = Settings { organization: None, person: Some(user) };
        Ok(SystemTx::new(self.unit(Access::Read, settings).await?))
    }

    async fn unit(&self, access: Access, settings: Settings) -> Result<Unit, Problem> {
        let connection = self.begin(access, settings).await?;
        let Shared { clock, vault, .. } = &*self.shared;
        Ok(Unit { connection, clock: clock.clone(), vault: vault.clone(), person: settings.person })
    }

    async fn begin(&self, access: Access, settings: Settings) -> Result<Connection, Problem> {
        let read_only = access == Access::Read;
        match &self.engine {
            Engine::Postgres { pool, citus, lock_timeout } => {
                let Settings { organization, person } = settings;
                let locals = dialect::postgres_settings(organization, person, *lock_timeout);
                let tx = begin_postgres(pool, dialect::postgres_begin(read_only), locals, *citus).await;
                tx.map(Connection::postgres)
            }
            Engine::Sqlite { writer, readers } => {
                let connection = if read_only { readers.acquire() } else { writer.acquire() }.await?;
                let tx = begin_with(connection, dialect::sqlite_begin(read_only).to_owned()).await;
                tx.map(Connection::sqlite).map_err(|error| internal(failed(error)))
            }
        }
    }

    /// Closes every connection, after those in use were given back.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Postgres { pool, .. } => pool.connections().close().await,
            Engine::Sqlite { writer, readers } => {
                readers.connections().close().await;
                writer.connections().close().await;
            }
        }
    }
}

/// Begins on any connection that lives: those that lay in the pool while the server was restarted are known to be dead only when
/// they are used, and nothing was done on them yet.
async fn begin_postgres(
    pool: &Pool<Postgres>,
    begin: &str,
    locals: Vec<String>,
    citus: bool,
) -> Result<Transaction<'static, Postgres>, Problem> {
    // As many as may lie there, and a new one.
    let mut left = pool.connections().options().get_max_connections();
    loop {
        let connection = pool.acquire().await?;
        match begin_settings(connection, begin, &locals, citus).await {
            Err(error) if left > 0 && is_gone(&error) => left -= 1,
            outcome => return outcome.map_err(|error| internal(failed(error))),
        }
    }
}

async fn begin_settings(
    connection: PoolConnection<Postgres>,
    begin: &str,
    locals: &[String],
    citus: bool,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    if !citus {
        // One message, one round trip.
        let statements: Vec<&str> = std::iter::once(begin).chain(locals.iter().map(String::as_str)).collect();
        return begin_with(connection, statements.join("; ")).await;
    }
    let mut tx = begin_with(connection, begin.to_owned()).await?;
    for statement in dialect::citus_settings(locals.to_vec()) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *tx).await?;
    }
    Ok(tx)
}
