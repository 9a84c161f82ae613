//! What the server's role may do on PostgreSQL.
use crate::tables::{APPEND_ONLY, HISTORY_TABLE, global_tables, tenant_tables};
use sea_orm_migration::DbErr;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// The statements that give `application_role` what the server needs and take everything else away. For the owner of the
/// tables, in one transaction, after each `up`: they begin with a REVOKE, and may be run again.
pub fn grants(application_role: &str) -> Vec<String> {
    let role = format!("\"{}\"", application_role.replace('"', "\"\""));
    let written: Vec<&str> =
        tenant_tables().iter().chain(global_tables()).copied().filter(|table| !APPEND_ONLY.contains(table)).collect();
    vec![
        "revoke create on schema public from public".to_owned(),
        format!("revoke all on all tables in schema public from {role}"),
        format!("grant usage on schema public to {role}"),
        format!("grant select, insert, update, delete on {} to {role}", written.join(", ")),
        format!("grant select, insert on {} to {role}", APPEND_ONLY.join(", ")),
        format!("grant select on {HISTORY_TABLE} to {role}"),
    ]
}

/// Runs [`grants`]. Does nothing on SQLite, which knows no roles. Give it a transaction: between the REVOKE and the GRANT a
/// running server would be refused.
pub async fn apply_grants<C: ConnectionTrait>(connection: &C, application_role: &str) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        for statement in grants(application_role) {
            connection.execute_unprepared(&statement).await?;
        }
    }
    Ok(())
}
