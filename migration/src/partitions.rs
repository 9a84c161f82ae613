//! The parts of tables that are kept by month, on PostgreSQL. The owner makes them ahead and removes those that are empty; the server, which
//! owns nothing, may do neither, and reaches them through their table alone: nothing is granted on a part itself.
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionSession, TransactionTrait};

/// Tables that are kept by month, on the time in their ids (RFC 9562, version 7).
pub const BY_MONTH: &[&str] = &["audit_logs", "data_access_audit", "inbound_events", "usage_events"];

/// Months for which parts are made ahead.
const AHEAD: u32 = 3;
/// Whoever writes is not held up longer than this by a part that comes or goes.
const PATIENCE: &str = "set local lock_timeout = '5s'";

/// Makes the parts of the month of `now` (RFC 3339), of the next three, and of months whose rows had none, which it takes over. Returns
/// their names. Does nothing on SQLite.
///
/// Each is made in a transaction of its own; run again, or twice at once behind [`lock`](crate::lock), it makes what is left.
pub async fn make_parts<C>(connection: &C, now: &str) -> Result<Vec<String>, DbErr>
where
    C: ConnectionTrait + TransactionTrait,
{
    let mut made = Vec::new();
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(made);
    }
    for table in BY_MONTH {
        let months = format!(
            "with written as (
                 select date_trunc('month', to_timestamp(('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint
                                                         / 1000.0) at time zone 'utc') as month
                 from {table}_default
             ), present as (select date_trunc('month', $1::timestamptz at time zone 'utc') as month),
             months as (
                 select generate_series(month, month + interval '{AHEAD} months', interval '1 month') as month from present
                 union
                 select distinct written.month from written, present
                 where written.month between timestamp '2020-01-01' and present.month
             ), bounds as (
                 select month, '{table}_' || to_char(month, 'YYYY_MM') as part,
                        {lower} as since, {upper} as until from months
             )
             select part, since, until from bounds where to_regclass(part) is null order by 1",
            lower = bound("month"),
            upper = bound("(month + interval '1 month')"),
        );
        let months = Statement::from_sql_and_values(DbBackend::Postgres, months, [now.into()]);
        for row in connection.query_all_raw(months).await? {
            let (part, since, until): (String, String, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            make(connection, table, &part, (&since, &until)).await?;
            made.push(part);
        }
    }
    Ok(made)
}

/// The least id of a time: its milliseconds, and nothing behind them.
fn bound(time: &str) -> String {
    format!("(lpad(to_hex((extract(epoch from {time}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid::text")
}

async fn make<C>(connection: &C, table: &str, part: &str, (since, until): (&str, &str)) -> Result<(), DbErr>
where
    C: TransactionTrait,
{
    let tx = connection.begin().await?;
    let rows = format!("{table}_default where id >= '{since}' and id < '{until}'");
    for statement in [
        PATIENCE.to_owned(),
        // Nobody writes a row of this month where it is about to be moved from.
        format!("lock table {table}_default in access exclusive mode"),
        format!("create temporary table moved on commit drop as select * from {rows}"),
        format!("delete from {rows}"),
        format!("create table {part} partition of {table} for values from ('{since}') to ('{until}')"),
        format!("insert into {table} select * from moved"),
    ] {
        tx.execute_unprepared(&statement).await?;
    }
    tx.commit().await
}

/// Detaches and drops the parts of past months in which nothing is left. Returns their names. Does nothing on SQLite.
pub async fn remove_empty_parts<C>(connection: &C, now: &str) -> Result<Vec<String>, DbErr>
where
    C: ConnectionTrait + TransactionTrait,
{
    let mut removed = Vec::new();
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(removed);
    }
    for table in BY_MONTH {
        let over = "select relname::text from pg_inherits join pg_class on oid = inhrelid
                    where inhparent = $1::regclass and relname ~ '_[0-9]{4}_[0-9]{2}$'
                      and to_date(right(relname, 7), 'YYYY_MM') < date_trunc('month', $2::timestamptz at time zone 'utc')
                    order by 1";
        let over = Statement::from_sql_and_values(DbBackend::Postgres, over, [(*table).into(), now.into()]);
        for row in connection.query_all_raw(over).await? {
            let part: String = row.try_get_by_index(0)?;
            if remove(connection, table, &part).await? {
                removed.push(part);
            }
        }
    }
    Ok(removed)
}

async fn remove<C>(connection: &C, table: &str, part: &str) -> Result<bool, DbErr>
where
    C: ConnectionTrait + TransactionTrait,
{
    // Most are not, and whoever writes should not wait to hear it.
    if !is_empty(connection, part).await? {
        return Ok(false);
    }
    let tx = connection.begin().await?;
    tx.execute_unprepared(PATIENCE).await?;
    tx.execute_unprepared(&format!("alter table {table} detach partition {part}")).await?;
    if !is_empty(&tx, part).await? {
        // Somebody wrote with the time of long ago: the part stays.
        return Ok(false);
    }
    tx.execute_unprepared(&format!("drop table {part}")).await?;
    tx.commit().await?;
    Ok(true)
}

async fn is_empty<C: ConnectionTrait>(connection: &C, part: &str) -> Result<bool, DbErr> {
    let any = Statement::from_string(DbBackend::Postgres, format!("select 1 from {part} limit 1"));
    Ok(connection.query_one_raw(any).await?.is_none())
}
