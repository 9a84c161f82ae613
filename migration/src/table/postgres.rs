//! What PostgreSQL alone can do. Here, for rights in `grants` and `roles`, and for parts in `partitions`, migrations ask which database they run on.
use super::{NewTable, Owner};
use sea_orm_migration::prelude::{ConnectionTrait, DbErr, PostgresQueryBuilder, SchemaManager};
use sea_orm_migration::sea_orm::DbBackend;

// Without nullif a setting that was used once and is unset again, which reads '', would be an error instead of no rows.
const TENANT: &str = "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid";
const NOWHERE: &str = "nullif(current_setting('app.organization_id', true), '') is null";
const PERSON: &str = "user_id = nullif(current_setting('app.user_id', true), '')::uuid";

/// Creates the table, in parts where it is kept by month. Rows that no month's part takes are in the last one.
pub(super) async fn create(table: &NewTable, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if !table.by_month || manager.get_database_backend() != DbBackend::Postgres {
        return manager.create_table(table.statement.clone()).await;
    }
    let (name, connection) = (table.name, manager.get_connection());
    let statement = table.statement.to_string(PostgresQueryBuilder);
    connection.execute_unprepared(&format!("{statement} partition by range (id)")).await?;
    connection.execute_unprepared(&format!("create table {name}_default partition of {name} default")).await?;
    Ok(())
}

/// Row-level security, enabled and not forced: the owner, who migrates and dumps, sees all rows. And indexes over JSON.
pub(super) async fn finish(table: &NewTable, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let connection = manager.get_connection();
    let name = table.name;
    for column in &table.gin {
        let statement = format!("create index gin_{name}_{column} on {name} using gin ({column} jsonb_path_ops)");
        connection.execute_unprepared(&statement).await?;
    }
    let (policy, rows) = match table.owner {
        Owner::Tenant => ("tenant_isolation", TENANT),
        Owner::Person => ("own_rows", PERSON),
        Owner::Nobody => return Ok(()),
    };
    connection.execute_unprepared(&format!("alter table {name} enable row level security")).await?;
    let statement = format!("create policy {policy} on {name} using ({rows}) with check ({rows})");
    connection.execute_unprepared(&statement).await?;
    Ok(())
}

/// Lets a person list their own rows of a tenant's table across organizations, while no organization is chosen: within one,
/// its rows are all there is.
pub(crate) async fn own_rows_visible(table: &str, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let statement = format!("create policy own_rows on {table} for select using ({NOWHERE} and {PERSON})");
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
