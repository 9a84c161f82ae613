//! Filled databases. Filling takes minutes, so they are kept; what is written to is a copy.
use crate::{
    Outcome,
    options::Options,
    program::{self, Program},
};
use purser_tests::{app::grocery, database::Engine};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, raw_sql};
use std::{fs, path::PathBuf};

/// A migrated database with an organization and its orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dataset {
    /// As the application.
    pub(crate) url: String,
    /// As the owner of the tables.
    pub(crate) owner_url: String,
    pub(crate) organization: String,
    pub(crate) user: String,
    /// Where messages come in.
    pub(crate) callback: String,
    pub(crate) orders: u64,
    name: String,
}

/// Customers of every dataset; the first 500 have a conversation already.
pub(crate) const CUSTOMERS: u64 = 8_000;
/// Those without one.
pub(crate) const FIRST_NEW_CUSTOMER: u64 = 501;
/// Orders that wait to be confirmed: more than a sitting confirms.
const PENDING: u64 = 200_000;

/// Orders of all states, for reading.
pub(crate) async fn history(options: &Options, engine: Engine, orders: u64) -> Outcome<Dataset> {
    let status =
        "case n % 10 when 0 then 'pending' when 1 then 'cancelled' when 2 then 'confirmed' else 'fulfilled' end";
    kept(options, engine, &format!("history_{orders}"), orders, status).await
}

/// A copy of its own of orders that can be confirmed.
pub(crate) async fn pending(options: &Options, engine: Engine) -> Outcome<Dataset> {
    let kept = kept(options, engine, "pending", PENDING, "'pending'").await?;
    kept.copy(options, engine).await
}

/// The id of the `n`th row of a kind, as `sql/seed_*.sql` makes it.
pub(crate) fn id(kind: Kind, n: u64) -> String {
    format!("0193{}-0000-7000-8000-{n:012x}", kind.part())
}

/// Rows whose ids follow from a number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Customer,
    Order,
}

impl Kind {
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::Customer => "0001",
            Self::Order => "0005",
        }
    }
}

/// The telephone number of the `n`th customer.
pub(crate) fn phone(n: u64) -> String {
    (491_500_000_000 + n).to_string()
}

/// The dataset with this name, filled if it is not there.
async fn kept(options: &Options, engine: Engine, name: &str, orders: u64, status: &str) -> Outcome<Dataset> {
    let name = format!("speed_{name}_{}", options.schema);
    let note = options.dir.join(format!("{engine:?}_{name}.json"));
    if let Ok(noted) = fs::read(&note) {
        let mut data: Dataset = serde_json::from_slice(&noted)?;
        if engine == Engine::Postgres {
            // Each sitting starts PostgreSQL on a port of its own.
            [data.url, data.owner_url] = postgres_urls(options, &name)?;
        }
        // Nothing to do, unless PURSER_SPEED_SCHEMA names a schema that migrations were added to.
        program::migrate(options, &data).await?;
        return Ok(data);
    }
    eprintln!("filling {name} on {}", program::name(engine));
    let mut data = Dataset::empty(options, engine, &name).await?;
    data.orders = orders;
    program::migrate(options, &data).await?;
    let values = data.people_and_products(options).await?;
    data.fill(options, engine, status, &values).await?;
    // Noted when it is whole.
    fs::write(note, serde_json::to_vec_pretty(&data)?)?;
    Ok(data)
}

impl Dataset {
    async fn empty(options: &Options, engine: Engine, name: &str) -> Outcome<Self> {
        let [url, owner_url] = match engine {
            Engine::Sqlite => {
                let folder = folder(options, name);
                let _ = fs::remove_dir_all(&folder);
                fs::create_dir_all(&folder)?;
                ["", ""].map(|_| sqlite_url(options, name))
            }
            Engine::Postgres => {
                admin(options, &format!("drop database if exists {name} with (force)")).await?;
                admin(options, &format!("create database {name} owner speed_owner")).await?;
                postgres_urls(options, name)?
            }
        };
        let none = String::new;
        let name = name.to_owned();
        Ok(Self { url, owner_url, organization: none(), user: none(), callback: none(), orders: 0, name })
    }

    /// What the API makes itself. Returns what the rest refers to.
    async fn people_and_products(&mut self, options: &Options) -> Outcome<Vec<(&'static str, String)>> {
        let api = Program::api(options, self, &["--no-workers"]).await?;
        let owner = api.owner().await?;
        self.organization.clone_from(&owner.organization_id);
        self.user.clone_from(&owner.user_id);
        self.callback = owner.connect_whatsapp().await;
        let products = grocery(&owner).await;
        let product = |place: usize| {
            let id = products.get(place).and_then(|product| product.get("id")).and_then(Value::as_str);
            id.map(str::to_owned).ok_or("a product has an id")
        };
        let integration = self.callback.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(vec![
            ("organization", owner.organization_id),
            ("integration", integration),
            ("milk", product(0)?),
            ("rice", product(1)?),
            ("cola", product(2)?),
        ])
    }

    async fn fill(&self, options: &Options, engine: Engine, status: &str, values: &[(&str, String)]) -> Outcome<()> {
        let mut sql = match engine {
            Engine::Sqlite => include_str!("../sql/seed_sqlite.sql"),
            Engine::Postgres => include_str!("../sql/seed_postgres.sql"),
        }
        .replace("{status}", status)
        .replace("{orders}", &self.orders.to_string())
        .replace("{customers}", &CUSTOMERS.to_string());
        for (name, id) in values {
            let id = if engine == Engine::Sqlite { id.replace('-', "") } else { id.clone() };
            sql = sql.replace(&format!("{{{name}}}"), &id);
        }
        let sql = AssertSqlSafe(sql);
        match engine {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.owner_url).await?;
                raw_sql(sql).execute(&mut connection).await?;
                connection.close().await?;
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&superuser_url(options, &self.name)?).await?;
                raw_sql(sql).execute(&mut connection).await?;
                raw_sql("vacuum analyze").execute(&mut connection).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    async fn copy(&self, options: &Options, engine: Engine) -> Outcome<Self> {
        let name = format!("{}_copy", self.name);
        let mut copy = Self { name: name.clone(), ..self.clone() };
        match engine {
            Engine::Sqlite => {
                let folder = folder(options, &name);
                let _ = fs::remove_dir_all(&folder);
                fs::create_dir_all(&folder)?;
                fs::copy(self::folder(options, &self.name).join("purser.db"), folder.join("purser.db"))?;
                [copy.url, copy.owner_url] = ["", ""].map(|_| sqlite_url(options, &name));
            }
            Engine::Postgres => {
                admin(options, &format!("drop database if exists {name} with (force)")).await?;
                admin(options, &format!("create database {name} owner speed_owner template {}", self.name)).await?;
                admin(options, "checkpoint").await?;
                [copy.url, copy.owner_url] = postgres_urls(options, &name)?;
            }
        }
        Ok(copy)
    }
}

fn folder(options: &Options, name: &str) -> PathBuf {
    options.dir.join(name)
}

fn sqlite_url(options: &Options, name: &str) -> String {
    format!("sqlite://{}", folder(options, name).join("purser.db").display())
}

fn postgres_urls(options: &Options, name: &str) -> Outcome<[String; 2]> {
    let server = options.postgres.as_deref().ok_or("there is no PostgreSQL")?;
    let place = server.rsplit('@').next().unwrap_or_default().trim_end_matches("/postgres");
    Ok(["speed_app", "speed_owner"].map(|role| format!("postgres://{role}@{place}/{name}")))
}

/// A database, as the server's superuser.
pub(crate) fn superuser_url(options: &Options, database: &str) -> Outcome<String> {
    let server = options.postgres.as_deref().ok_or("there is no PostgreSQL")?;
    Ok(format!("{}/{database}", server.trim_end_matches("/postgres")))
}

/// A statement of the server's superuser.
pub(crate) async fn admin(options: &Options, sql: &str) -> Outcome<()> {
    let mut connection = PgConnection::connect(options.postgres.as_deref().ok_or("there is no PostgreSQL")?).await?;
    raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
