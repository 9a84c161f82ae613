//! Since when work waits.
use crate::{ReadTx, error::internal};
use purser_entity_platform::job::{self, Column};
use purser_kernel::{Problem, Timestamp};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Order, Query},
};

/// When the oldest job of this kind was queued that the organization still waits for, be it in a worker's hands.
pub(crate) async fn waiting_since(tx: &ReadTx, kind: &'static str) -> Result<Option<Timestamp>, Problem> {
    // One after the other and written out: only so both databases know that the indexes over waiting and over running jobs have them all.
    let (waiting, running) =
        (oldest(tx, kind, "status = 'ready'").await?, oldest(tx, kind, "status = 'running'").await?);
    Ok(waiting.into_iter().chain(running).min())
}

async fn oldest(tx: &ReadTx, kind: &'static str, status: &'static str) -> Result<Option<Timestamp>, Problem> {
    let oldest = Query::select()
        .column(Column::CreatedAt)
        .from(job::Entity)
        .and_where(Expr::col(Column::Lane).eq(tx.organization().as_uuid()))
        .and_where(Expr::col(Column::Kind).eq(kind))
        .and_where(Expr::cust(status))
        .order_by(Column::CreatedAt, Order::Asc)
        .limit(1)
        .to_owned();
    let row = tx.connection().query_one(&oldest).await.map_err(internal)?;
    row.map(|row| row.try_get_by_index(0)).transpose().map_err(internal)
}
