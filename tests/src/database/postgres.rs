//! PostgreSQL: a database for each test, cloned from a template that was migrated once for this schema.
use super::migrate::APPLICATION_ROLE;
use super::server::{OWNER_ROLE, Server};
use super::{Engine, Kept, TestDatabase, folder, migrate};
use sqlx::{Connection, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

static READY: OnceCell<()> = OnceCell::const_new();
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Held while roles or the template are made: test binaries may run side by side. Any number does that nobody else uses.
const MAKING: i64 = 0x7075_7273_6572;

pub(super) async fn migrated() -> Option<TestDatabase> {
    let server = Server::find().await?;
    READY.get_or_init(|| prepare(server)).await;
    Some(database(server, &template_name()).await)
}

pub(super) async fn empty() -> Option<TestDatabase> {
    let server = Server::find().await?;
    READY.get_or_init(|| prepare(server)).await;
    Some(database(server, "template0").await)
}

fn template_name() -> String {
    format!("purser_test_template_{}", env!("PURSER_SCHEMA_HASH"))
}

/// A migrated database on a server of the test's own, which it is gone with.
pub(super) async fn migrated_on(server: &Server) -> TestDatabase {
    prepare(server).await;
    let name = create(server, &template_name()).await;
    test_database(server, &name, Kept::Server)
}

/// Makes the roles and the template, unless they are there.
async fn prepare(server: &Server) {
    let mut admin = server.connect().await;
    execute(&mut admin, &format!("select pg_advisory_lock({MAKING})")).await;
    server.make_roles(&mut admin).await;
    let template = template_name();
    // Marked as a template only when it is whole: what is left of an interrupted run is thrown away.
    let whole: Option<bool> = sqlx::query_scalar("select datistemplate from pg_database where datname = $1")
        .bind(&template)
        .fetch_optional(&mut admin)
        .await
        .expect("the list of databases can be read");
    if whole != Some(true) {
        execute(&mut admin, &format!("drop database if exists {template}")).await;
        execute(&mut admin, &format!("create database {template} owner {OWNER_ROLE} template template0")).await;
        let url = server.url(OWNER_ROLE, &template);
        migrate::up(&url, None).await;
        migrate::grant(&url).await;
        execute(&mut admin, &format!("alter database {template} with is_template true allow_connections false")).await;
    }
    admin.close().await.expect("the connection closes");
}

async fn database(server: &'static Server, template: &str) -> TestDatabase {
    let name = create(server, template).await;
    test_database(server, &name.clone(), Kept::Database { _database: Database { server, name } })
}

fn test_database(server: &Server, name: &str, kept: Kept) -> TestDatabase {
    TestDatabase {
        application_url: server.url(APPLICATION_ROLE, name),
        owner_url: server.url(OWNER_ROLE, name),
        engine: Engine::Postgres,
        folder: folder(),
        _kept: kept,
    }
}

async fn create(server: &Server, template: &str) -> String {
    let name = format!("purser_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let mut admin = server.connect().await;
    // Left by a process that had the same number and was killed.
    execute(&mut admin, &format!("drop database if exists {name} with (force)")).await;
    execute(&mut admin, &format!("create database {name} owner {OWNER_ROLE} template {template}")).await;
    admin.close().await.expect("the connection closes");
    name
}

async fn execute(admin: &mut PgConnection, sql: &str) {
    let statement = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(statement).execute(admin).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A database of one test.
#[derive(Debug)]
pub(super) struct Database {
    server: &'static Server,
    name: String,
}

impl Drop for Database {
    /// On a thread with a runtime of its own: the test's may be ending.
    fn drop(&mut self) {
        let (server, name) = (self.server, self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let mut admin = server.connect().await;
                execute(&mut admin, &format!("drop database if exists {name} with (force)")).await;
            });
        });
        if dropped.join().is_err() {
            eprintln!("the test database {} could not be dropped", self.name);
        }
    }
}
