//! The roles of PostgreSQL as `purser migrate` finds them, and what the one that reports may read.
use crate::tables::{global_tables, tenant_tables};
use sea_orm_migration::DbErr;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

/// What a name means to the one who migrates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleState {
    /// A role that can be granted what it needs.
    Ready,
    /// The role that migrates, which policies do not bind.
    Owner,
    /// There is no such role.
    Missing,
}

/// What `role` is on this PostgreSQL. `None` on SQLite, which knows no roles.
pub async fn role_state<C: ConnectionTrait>(connection: &C, role: &str) -> Result<Option<RoleState>, DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let sql = "select current_user = $1, exists (select 1 from pg_roles where rolname = $1)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [role.into()]);
    let row = connection.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("a select without from has one row".to_owned()))?;
    let (owner, exists): (bool, bool) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(Some(match (owner, exists) {
        (true, _) => RoleState::Owner,
        (false, true) => RoleState::Ready,
        (false, false) => RoleState::Missing,
    }))
}

/// Makes whoever else migrates this PostgreSQL wait until this connection closes. Does nothing on SQLite.
pub async fn lock<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        let statement = "select pg_advisory_lock(hashtextextended('purser/migrate', 0))";
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Tenants' tables that hold what only the server opens, and senders' raw data.
const NOT_REPORTED: [&str; 8] = [
    "api_keys",
    "encryption_keys",
    "idempotency_keys",
    "inbound_event_keys",
    "inbound_events",
    "integrations",
    "invitations",
    "organization_secrets",
];

/// The statements that let `role` read tenants' tables, through their policies, and nothing else. They may be run again.
pub fn reporting_grants(role: &str) -> Vec<String> {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    let readable = tenant_tables().iter().copied().filter(|table| !NOT_REPORTED.contains(table));
    let readable: Vec<&str> =
        readable.chain(global_tables().iter().copied().filter(|table| *table == "organizations")).collect();
    vec![
        format!("revoke all on all tables in schema public from {role}"),
        format!("grant usage on schema public to {role}"),
        format!("grant select on {} to {role}", readable.join(", ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_never_read_secrets_nor_people() {
        let grants = reporting_grants("rep\"orting");
        let select = grants.last().unwrap();
        assert!(select.ends_with(r#"to "rep""orting""#), "{select}");
        for table in ["orders", "usage_events", "organizations"] {
            assert!(select.contains(table), "{table}");
        }
        for table in [
            "api_keys",
            "encryption_keys",
            "idempotency_keys",
            "integrations",
            "organization_secrets",
            "users",
            "user_credentials",
            "sessions",
            "jobs",
        ] {
            assert!(!select.split([' ', ',']).any(|word| word == table), "{table}");
        }
    }
}
