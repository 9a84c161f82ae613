//! A database for one test.
//!
//! A test is written once and runs on both databases:
//!
//! ```ignore
//! #[rstest]
//! #[case::sqlite(Engine::Sqlite)]
//! #[case::postgres(Engine::Postgres)]
//! #[tokio::test]
//! async fn keeps_a_promise(#[case] engine: Engine) {
//!     let Some(database) = TestDatabase::new(engine).await else { return };
//! }
//! ```
//!
//! Where PostgreSQL comes from is said in [`server`].
mod cluster;
mod migrate;
mod postgres;
mod raw;
pub mod server;
mod sqlite;
mod temporary;
mod watch;

pub use cluster::Cluster;
pub use raw::{Raw, uuid_literal};
pub use watch::Watch;

use sqlx::Error;
use tempfile::TempDir;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// In a file of its own.
    Sqlite,
    /// On a server.
    Postgres,
}

/// A database for one test, gone when it is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// How the server under test connects: on PostgreSQL as a role that owns nothing and that policies bind.
    pub application_url: String,
    /// How migrations connect.
    pub owner_url: String,
    /// Which database it is.
    pub engine: Engine,
    /// The data directory of the servers over it.
    pub folder: TempDir,
    /// What goes with it.
    _kept: Kept,
}

#[derive(Debug)]
enum Kept {
    /// It is a file in the folder.
    File,
    Database {
        _database: postgres::Database,
    },
    /// Its server is the test's own.
    Server,
}

impl TestDatabase {
    /// A migrated database without rows. `None` where there is no server; why was printed then.
    pub async fn new(engine: Engine) -> Option<Self> {
        match engine {
            Engine::Sqlite => Some(sqlite::migrated().await),
            Engine::Postgres => postgres::migrated().await,
        }
    }

    /// A database without a single table.
    pub async fn empty(engine: Engine) -> Option<Self> {
        match engine {
            Engine::Sqlite => Some(sqlite::empty()),
            Engine::Postgres => postgres::empty().await,
        }
    }

    /// Runs the next migrations, all of them without a number.
    pub async fn up(&self, steps: Option<u32>) {
        migrate::up(&self.owner_url, steps).await;
    }

    /// Takes the last migrations back, all of them without a number.
    pub async fn down(&self, steps: Option<u32>) {
        migrate::down(&self.owner_url, steps).await;
    }

    /// Gives the application's role what it needs.
    pub async fn grant(&self) {
        migrate::grant(&self.owner_url).await;
    }

    /// A connection for plain SQL as the owner, whom policies do not bind.
    pub async fn owner(&self) -> Raw {
        Raw::connect(self.engine, &self.owner_url).await
    }

    /// A connection for plain SQL as the server's role.
    pub async fn application(&self) -> Raw {
        Raw::connect(self.engine, &self.application_url).await
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The SQLSTATE or SQLite's code of an error, for a plain assertion.
pub fn code(error: &Error) -> String {
    let database = error.as_database_error();
    database.and_then(sqlx::error::DatabaseError::code).map(Into::into).unwrap_or_default()
}
