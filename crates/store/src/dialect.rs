//! Every difference of SQL between the databases, but for the marked ones in migrations. How a database is opened differs too: `connect`,
//! `connection`, `verify`.
use crate::{
    connection::{Connection, Engine, failed},
    error::internal,
};
use purser_kernel::{OrganizationId, Problem, UserId};
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use std::time::Duration;

/// Who reads sees one moment, as on SQLite: an order and its lines are read by two statements. Reading alone, it cannot fail for it.
pub(crate) fn postgres_begin(read_only: bool) -> &'static str {
    if read_only { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" }
}

/// SQLite decides at the start who writes; a transaction that becomes a writer later can fail for no fault of its own.
pub(crate) fn sqlite_begin(read_only: bool) -> &'static str {
    if read_only { "BEGIN" } else { "BEGIN IMMEDIATE" }
}

/// What the policies of row-level security compare with, and how long a lock is waited for: on SQLite that is the busy timeout.
/// An id prints as hexadecimal digits and hyphens: there is nothing to escape.
pub(crate) fn postgres_settings(
    organization: Option<OrganizationId>,
    person: Option<UserId>,
    lock_timeout: Duration,
) -> Vec<String> {
    let tenant = organization.map(|id| format!("SET LOCAL app.organization_id = '{id}'"));
    let person = person.map(|id| format!("SET LOCAL app.user_id = '{id}'"));
    let patience = format!("SET LOCAL lock_timeout = {}", lock_timeout.as_millis());
    tenant.into_iter().chain(person).chain([patience]).collect()
}

/// Citus hands a SET LOCAL to its shards only when it is a statement of its own.
pub(crate) fn citus_settings(locals: Vec<String>) -> impl Iterator<Item = String> {
    std::iter::once("SET LOCAL citus.propagate_set_commands = 'local'".to_owned()).chain(locals)
}

/// The channel on which PostgreSQL tells other processes of which kinds jobs were committed.
pub(crate) const JOBS_CHANNEL: &str = "purser_jobs";

/// The channel on which PostgreSQL tells other processes whose events were numbered.
pub(crate) const EVENTS_CHANNEL: &str = "purser_events";

/// Tells other processes, a word at a time. On SQLite there is one process, which knows.
pub(crate) async fn announce(engine: &Engine, channel: &str, words: Vec<String>) -> Result<(), sqlx::Error> {
    if let Engine::Postgres { pool, .. } = engine {
        let notify = sqlx::query("SELECT pg_notify($1, word) FROM unnest($2::text[]) AS told (word)");
        notify.bind(channel).bind(words).execute(pool.connections()).await?;
    }
    Ok(())
}

/// The first jobs of each lane that stands before this in a FROM: those of `select`, which says from where, in which order and how many,
/// and names the lane. They are `j`.
///
/// PostgreSQL passes over those that another worker is about to take. SQLite knows no LATERAL, and with its one writer there is nobody
/// to pass over.
pub(crate) fn first_jobs(connection: &Connection, select: &str) -> String {
    if connection.is_postgres() {
        format!("CROSS JOIN LATERAL (SELECT h.id, h.priority, h.run_at {select} FOR UPDATE SKIP LOCKED) AS j")
    } else {
        format!("CROSS JOIN jobs AS j WHERE j.id IN (SELECT h.id {select})")
    }
}

/// What stands behind a select of rows that are to be changed, to pass over those that somebody else is about to change.
pub(crate) fn skip_locked(connection: &Connection) -> &'static str {
    if connection.is_postgres() { "FOR UPDATE SKIP LOCKED" } else { "" }
}

/// Keeps the statistics by which statements are planned. PostgreSQL does so by itself.
pub(crate) async fn analyze(engine: &Engine) -> Result<(), Problem> {
    if let Engine::Sqlite { writer, .. } = engine {
        let mut connection = writer.acquire().await?;
        // The bits of https://www.sqlite.org/pragma.html#pragma_optimize: every table that has changed much since it was last looked
        // at (0x10000), really (0x02), and of each index so few rows that the writer is free again after a moment (0x10).
        let optimize = sqlx::query("PRAGMA optimize = 0x10012").execute(&mut *connection).await;
        optimize.map_err(|error| internal(failed(error)))?;
    }
    Ok(())
}

/// Takes `name` until the transaction ends. `false` when another transaction has it.
///
/// On SQLite there is one writer: whoever asks has waited for everybody else to end.
pub(crate) async fn try_lock(connection: &Connection, name: &str) -> Result<bool, DbErr> {
    if !connection.is_postgres() {
        return Ok(true);
    }
    let backend = connection.get_database_backend();
    let sql = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))";
    let lock = Statement::from_sql_and_values(backend, sql, [Value::from(name)]);
    match connection.query_one_raw(lock).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(false),
    }
}

/// The role that is connected: whether policies do not bind it or any role that it may become, whether it can grant itself such a
/// role, and whether it owns tables, itself or as a member of who does.
pub(crate) const POSTGRES_ROLE: &str = "
    SELECT current_user::text,
           EXISTS (SELECT FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')),
           (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user),
           EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
                      AND pg_has_role(current_user, relowner, 'MEMBER'))";

/// Of every table that must keep tenants apart: its name, whether row-level security is on, whether a policy binds rows to the
/// organization, and whether another one lets rows through without asking for it. Permissive policies add up: one that is too
/// wide undoes the right one.
pub(crate) const POSTGRES_POLICIES: &str = "
    WITH policies AS (
        SELECT polrelid, polcmd, pg_get_expr(expression, polrelid) AS rows
        FROM pg_policy CROSS JOIN LATERAL (VALUES (polqual), (polwithcheck)) AS both_sides (expression)
        WHERE polpermissive AND expression IS NOT NULL
    )
    SELECT c.relname::text, c.relrowsecurity,
           EXISTS (SELECT FROM policies p WHERE p.polrelid = c.oid AND p.polcmd = '*'
                      AND p.rows LIKE '(organization_id = %app.organization_id%'),
           EXISTS (SELECT FROM policies p WHERE p.polrelid = c.oid AND p.rows NOT LIKE '%app.organization_id%')
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))
    ORDER BY 1";
