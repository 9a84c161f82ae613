//! The schema's history, as the commands and the server need it.
use crate::{Config, Failure};
use chrono::SecondsFormat;
use purser_kernel::{Clock, Problem};
use purser_migration::{DbErr, Migrator, MigratorTrait, RoleState, apply_grants, lock, reporting_grants, role_state};
use purser_store::{DatabaseOptions, connect_owner};
use sea_orm_migration::{
    MigrationStatus,
    sea_orm::{ConnectionTrait, TransactionTrait},
};

/// A step of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, which begins with its date.
    pub name: String,
    /// Whether this database has taken it.
    pub applied: bool,
}

/// Every step, oldest first. Reads only, so that the server's own role can ask.
pub async fn status(options: &DatabaseOptions) -> Result<Vec<Step>, Failure> {
    let database = connect(options).await?;
    let steps = Migrator::get_migration_with_status_read_only(&database).await.map_err(unreadable)?;
    let step = |step: &sea_orm_migration::Migration| Step {
        name: step.name().to_owned(),
        applied: step.status() == MigrationStatus::Applied,
    };
    let steps = steps.iter().map(step).collect();
    close(database.close().await)?;
    Ok(steps)
}

/// Takes every step that is left, as the owner, and lets the server's role and the one that reports do what they need.
///
/// Returns the names of the steps, and what an operator has to know about the roles.
pub async fn up(config: &Config) -> Result<(Vec<String>, Vec<Failure>), Failure> {
    let options = config.database_as_owner();
    let database = connect(&options).await?;
    lock(&database).await.map_err(failed)?;
    let steps = Migrator::get_pending_migrations(&database).await.map_err(failed)?;
    let steps = steps.iter().map(|step| step.name().to_owned()).collect();
    Migrator::up(&database, None).await.map_err(failed)?;

    let mut notices = Vec::new();
    if let Some(role) = config.database().role()? {
        let state = role_state(&database, &role).await.map_err(failed)?;
        match state {
            Some(RoleState::Ready) => {
                let tx = database.begin().await.map_err(failed)?;
                apply_grants(&tx, &role).await.map_err(failed)?;
                tx.commit().await.map_err(failed)?;
            }
            other => notices.extend(other.map(|state| application_role(&role, state))),
        }
    }
    if let Some(role) = &config.reporting_role {
        match role_state(&database, role).await.map_err(failed)? {
            Some(RoleState::Ready) => {
                let tx = database.begin().await.map_err(failed)?;
                for statement in reporting_grants(role) {
                    tx.execute_unprepared(&statement).await.map_err(failed)?;
                }
                tx.commit().await.map_err(failed)?;
            }
            Some(RoleState::Owner) => {
                notices.push(Failure::new(format!("PURSER_REPORTING_ROLE names {role}, who owns the tables")));
            }
            Some(RoleState::Missing) => {
                let advice = format!(
                    "Create it, then run `purser migrate up` again: CREATE ROLE \"{role}\" LOGIN PASSWORD '…';"
                );
                notices.push(Failure::new(format!("There is no role {role} to report with")).advise(advice));
            }
            None => {}
        }
    }
    purser_migration::make_parts(&database, &now()).await.map_err(parts)?;
    close(database.close().await)?;
    Ok((steps, notices))
}

/// Makes ahead the parts of tables that are kept by month. Returns their names.
pub async fn make_parts(config: &Config) -> Result<Vec<String>, Failure> {
    let database = connect(&config.database_as_owner()).await?;
    lock(&database).await.map_err(failed)?;
    let made = purser_migration::make_parts(&database, &now()).await.map_err(parts)?;
    close(database.close().await)?;
    Ok(made)
}

/// Drops parts of past months in which nothing is left. Returns their names.
pub async fn remove_empty_parts(config: &Config) -> Result<Vec<String>, Failure> {
    let database = connect(&config.database_as_owner()).await?;
    lock(&database).await.map_err(failed)?;
    let removed = purser_migration::remove_empty_parts(&database, &now()).await.map_err(parts)?;
    close(database.close().await)?;
    Ok(removed)
}

fn now() -> String {
    Clock::system().now().to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn parts(error: DbErr) -> Failure {
    Failure::new("The parts of tables that are kept by month could not be made or dropped").because(error).advise(
        "Run it again: it goes on where it stopped. It connects as the owner of the tables (PURSER_DATABASE_OWNER_URL).",
    )
}

fn application_role(role: &str, state: RoleState) -> Failure {
    if state == RoleState::Missing {
        let advice = format!(
            "PURSER_DATABASE_URL names it. Create it, then run `purser migrate up` again: CREATE ROLE \"{role}\" LOGIN PASSWORD '…';"
        );
        return Failure::new(format!("There is no role {role} for the server to connect as")).advise(advice);
    }
    Failure::new(format!(
        "The role {role} owns the tables, so no policy binds it, and the server will not start with it"
    ))
    .advise(
        "Create a role of its own for the server (CREATE ROLE purser_app LOGIN PASSWORD '…';), name it in \
             PURSER_DATABASE_URL and the owner in PURSER_DATABASE_OWNER_URL, then run `purser migrate up` again.",
    )
}

/// Undoes the last step, or all of them. Returns how many steps are left.
pub async fn down(config: &Config, all: bool) -> Result<usize, Failure> {
    let database = connect(&config.database_as_owner()).await?;
    lock(&database).await.map_err(failed)?;
    Migrator::down(&database, if all { None } else { Some(1) }).await.map_err(failed)?;
    let left = Migrator::get_applied_migrations(&database).await.map_err(failed)?.len();
    close(database.close().await)?;
    Ok(left)
}

/// Lets a server start on a schema that it knows, and on no other.
///
/// An embedded database is brought up to date: nobody else uses it. On PostgreSQL other processes may be running, so that
/// somebody has to want it.
pub async fn ready(config: &Config) -> Result<(), Failure> {
    if !config.database().is_postgres() {
        let (steps, _) = up(config).await?;
        if !steps.is_empty() {
            tracing::info!(steps = steps.len(), "brought the embedded database up to date");
        }
        return Ok(());
    }
    let pending = |failure: Failure| failure.advise("Run `purser migrate up`, or start with `purser serve --migrate`.");
    up_to_date(config).await.map_err(pending)
}

/// Whether the schema is the one that this program knows.
pub async fn up_to_date(config: &Config) -> Result<(), Failure> {
    let steps = status(&config.database()).await?;
    let mut pending = steps.iter().filter(|step| !step.applied);
    let Some(first) = pending.next() else {
        return Ok(());
    };
    let what = format!("{} migrations are pending, beginning with {}", pending.count() + 1, first.name);
    Err(Failure::new(what).advise("Run `purser migrate up`."))
}

#[expect(clippy::disallowed_types, reason = "the connection of migrations, which run outside of units of work")]
async fn connect(options: &DatabaseOptions) -> Result<sea_orm_migration::sea_orm::DatabaseConnection, Failure> {
    connect_owner(options).await.map_err(unreachable)
}

/// What it means when the database does not answer.
pub fn unreachable(problem: Problem) -> Failure {
    Failure::new("The database cannot be reached")
        .because(problem)
        .advise("Check PURSER_DATABASE_URL, and whether the database runs and lets this machine in.")
}

fn unreadable(error: DbErr) -> Failure {
    Failure::new("The history of migrations cannot be read")
        .because(error)
        .advise("Run `purser migrate up` as the owner of the tables: it grants the server's role what it needs.")
}

fn failed(error: DbErr) -> Failure {
    Failure::new("The migration did not finish; the step that failed left nothing behind").because(error)
}

fn close(closed: Result<(), DbErr>) -> Result<(), Failure> {
    closed.map_err(|error| Failure::new("The database connection did not close").because(error))
}
