//! Sums and counts.
use crate::{ReadTx, error::internal};
use purser_entity_core::TenantEntity;
use purser_kernel::Problem;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, QuerySelect, QueryTrait, Select, TryGetableMany};

/// Columns are read back in the order in which they were asked for, as a tuple.
#[must_use = "a query does nothing until rows() or one()"]
pub struct Aggregate<'t, E: TenantEntity> {
    tx: &'t ReadTx,
    select: Select<E>,
}

impl<'t, E: TenantEntity> Aggregate<'t, E> {
    pub(crate) fn new(tx: &'t ReadTx, select: Select<E>) -> Self {
        Self { tx, select: select.select_only() }
    }

    fn expr(mut self, expr: SimpleExpr) -> Self {
        QuerySelect::query(&mut self.select).expr(expr);
        self
    }

    /// Groups by `column`, whose value comes first in the tuple.
    pub fn by(mut self, column: E::Column) -> Self {
        self.select = self.select.group_by(column);
        self.expr(Expr::col(column.as_column_ref()))
    }

    /// The sum of an integer column, zero when there are no rows. An overflow is an error on both databases.
    pub fn sum(self, column: E::Column) -> Self {
        // PostgreSQL sums bigint to numeric.
        let sum = Func::cast_as(Func::sum(Expr::col(column.as_column_ref())), "bigint");
        self.expr(Func::coalesce([SimpleExpr::from(sum), Expr::val(0_i64)]).into())
    }

    /// How many rows.
    pub fn count(self) -> Self {
        self.expr(Expr::cust("count(*)"))
    }

    /// The largest value of `column`.
    pub fn max(self, column: E::Column) -> Self {
        self.expr(Expr::col(column.as_column_ref()).max())
    }

    /// The smallest value of `column`.
    pub fn min(self, column: E::Column) -> Self {
        self.expr(Expr::col(column.as_column_ref()).min())
    }

    /// A tuple for each group.
    pub async fn rows<T: TryGetableMany>(self) -> Result<Vec<T>, Problem> {
        let connection = self.tx.connection();
        let rows = connection.query_all(&self.select.into_query()).await.map_err(internal)?;
        rows.iter().map(sea_orm::QueryResult::try_get_many_by_index).collect::<Result<_, _>>().map_err(internal)
    }

    /// The one tuple of an aggregate without groups.
    pub async fn one<T: TryGetableMany>(self) -> Result<T, Problem> {
        let row = self.rows().await?.pop();
        row.ok_or_else(|| internal(sea_orm::DbErr::RecordNotFound("an aggregate without groups has one row".into())))
    }
}
