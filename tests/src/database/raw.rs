//! Plain SQL, for what a test has to see from outside.
use super::Engine;
use sqlx::{AssertSqlSafe, Column, Connection, Error, PgConnection, Row, SqliteConnection};

/// A connection for plain SQL. It stays the same one, so a setting or a transaction holds until it is ended.
#[derive(Debug)]
pub enum Raw {
    /// To SQLite.
    Sqlite(SqliteConnection),
    /// To PostgreSQL.
    Postgres(PgConnection),
}

impl Raw {
    /// Opens a connection.
    pub async fn connect(engine: Engine, url: &str) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite(SqliteConnection::connect(url).await.expect("SQLite opens")),
            Engine::Postgres => Self::Postgres(PgConnection::connect(url).await.expect("PostgreSQL lets us in")),
        }
    }

    /// Runs statements; how many rows they changed.
    pub async fn execute(&mut self, sql: &str) -> Result<u64, Error> {
        let statements = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => Ok(statements.execute(connection).await?.rows_affected()),
            Self::Postgres(connection) => Ok(statements.execute(connection).await?.rows_affected()),
        }
    }

    /// The rows of a query whose columns are all text; NULL reads as the empty text.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?;
                rows.iter().map(texts).collect()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?;
                rows.iter().map(texts).collect()
            }
        }
    }

    /// On PostgreSQL, the organization for which the following statements are run. Nothing on SQLite.
    pub async fn act_for(&mut self, organization: impl std::fmt::Display) {
        if let Self::Postgres(_) = self {
            let statement = format!("set app.organization_id = '{organization}'");
            self.execute(&statement).await.expect("a setting can be set");
        }
    }
}

fn texts<R: Row>(row: &R) -> Result<Vec<String>, Error>
where
    for<'r> Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    usize: sqlx::ColumnIndex<R>,
{
    row.columns()
        .iter()
        .map(|column| row.try_get::<Option<String>, _>(column.ordinal()).map(Option::unwrap_or_default))
        .collect()
}

/// An id as it is written in SQL.
pub fn uuid_literal(engine: Engine, id: impl std::fmt::Display) -> String {
    match engine {
        Engine::Sqlite => format!("x'{}'", id.to_string().replace('-', "")),
        Engine::Postgres => format!("'{id}'"),
    }
}
