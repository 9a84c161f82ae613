//! Which PostgreSQL the tests use:
//!
//! 1. `PURSER_TEST_POSTGRES_URL`, a superuser or a role that may create databases and roles; `temporary` means 3.
//! 2. A server at 127.0.0.1:5432 that lets `postgres` in.
//! 3. A temporary one made from installed binaries, gone when the process ends.
//!
//! Where there is none the PostgreSQL half of the tests is not run, and says so; with `PURSER_TEST_REQUIRE_POSTGRES=1` that is
//! a failure.
use super::migrate::APPLICATION_ROLE;
use super::temporary::{self, Temporary};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::io::{self, Write};
use std::{env, str::FromStr, time::Duration};
use tokio::sync::OnceCell;

/// Owns the test databases.
pub const OWNER_ROLE: &str = "purser_test_owner";
/// Of both test roles. They can reach nothing but test databases.
const PASSWORD: &str = "purser-test";
const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();

/// A PostgreSQL server on which databases can be made.
#[derive(Debug)]
pub(super) struct Server {
    admin: PgConnectOptions,
    /// Lives as long as the process.
    _temporary: Option<Temporary>,
}

impl Server {
    /// The server of this process.
    pub(super) async fn find() -> Option<&'static Self> {
        SERVER.get_or_init(look).await.as_ref()
    }

    pub(super) async fn connect(&self) -> PgConnection {
        self.admin.connect().await.expect("the server lets us in")
    }

    /// One that its owner keeps.
    pub(super) fn of(admin: PgConnectOptions) -> Self {
        Self { admin, _temporary: None }
    }

    /// The address of a database for a role.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        let options = self.admin.clone().username(role).password(PASSWORD).database(database);
        options.to_url_lossy().into()
    }

    /// Makes the roles. The application's has no right but those that `purser_migration::grants` gives it.
    pub(super) async fn make_roles(&self, admin: &mut PgConnection) {
        for role in [OWNER_ROLE, APPLICATION_ROLE] {
            let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
                .bind(role)
                .fetch_one(&mut *admin)
                .await
                .expect("the list of roles can be read");
            if !exists {
                let statement = format!("create role {role} login password '{PASSWORD}'");
                sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *admin).await.expect("a role can be made");
            }
        }
        // Who is no superuser makes a database for a role only as its member; a superuser needs nothing.
        let statement = format!("grant {OWNER_ROLE} to current_user");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(admin).await.expect("the owner's role can be given");
    }
}

async fn look() -> Option<Server> {
    let wanted = env::var("PURSER_TEST_POSTGRES_URL").ok();
    if let Some(url) = wanted.as_deref().filter(|url| *url != "temporary") {
        let admin = PgConnectOptions::from_str(url).expect("PURSER_TEST_POSTGRES_URL is an address");
        assert!(answers(&admin).await, "PURSER_TEST_POSTGRES_URL names a server that does not let us in");
        return Some(Server { admin, _temporary: None });
    }
    if wanted.is_none() {
        let admin = PgConnectOptions::from_str(USUAL).expect("the usual address is one");
        if answers(&admin).await {
            return Some(Server { admin, _temporary: None });
        }
    }
    match temporary::start() {
        Ok((temporary, admin)) => Some(Server { admin, _temporary: Some(temporary) }),
        Err(reason) => {
            not_run(&reason);
            None
        }
    }
}

/// Says that a test on PostgreSQL is left out, and why; fails where that must not be.
pub(super) fn not_run(reason: &str) {
    let required = env::var("PURSER_TEST_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
    assert!(!required, "PostgreSQL is required and there is none: {reason}");
    // Past the test harness, which keeps what tests print to itself.
    let notice = format!("PostgreSQL: not run (no server found: {reason})\n");
    io::stderr().write_all(notice.as_bytes()).ok();
}

/// Whether a server is there on which databases and roles can be made.
async fn answers(admin: &PgConnectOptions) -> bool {
    let ask = async {
        let mut connection = admin.connect().await?;
        let able: bool = sqlx::query_scalar(
            "select rolsuper or (rolcreatedb and rolcreaterole) from pg_roles where rolname = current_user",
        )
        .fetch_one(&mut connection)
        .await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(able)
    };
    matches!(tokio::time::timeout(Duration::from_secs(3), ask).await, Ok(Ok(true)))
}
