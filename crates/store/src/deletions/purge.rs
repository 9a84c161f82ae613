//! Deleted rows go for good, or stay without what they held.
use super::deleted;
use crate::{Filter, WriteTx, error::internal, ports::Reference, query::visible};
use purser_entity_core::{SoftDelete, TenantEntity};
use purser_kernel::Problem;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, UnionType};
use sea_orm::{ActiveModelTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

impl WriteTx {
    /// Removes the deleted rows that match `filter`, with what is a part of them, and returns how many there were.
    pub async fn purge<E: TenantEntity + SoftDelete>(&self, filter: Filter<E>) -> Result<u64, Problem> {
        let purged = E::delete_many()
            .filter(deleted::<E>(self.organization()))
            .filter(filter.condition)
            .exec(self.connection())
            .await
            .map_err(internal)?;
        Ok(purged.rows_affected)
    }

    /// Sets `change` on the deleted rows that match `filter`: for what is personal in a row that has to stay.
    pub async fn change_deleted<E: TenantEntity + SoftDelete>(
        &self,
        filter: Filter<E>,
        change: impl FnOnce(&mut E::ActiveModel) + Send,
    ) -> Result<u64, Problem> {
        let mut active = <E::ActiveModel as ActiveModelTrait>::default();
        change(&mut active);
        active.not_set(E::organization_column());
        active.not_set(E::id_column());
        active.not_set(E::DELETED_AT);
        let changed = E::update_many()
            .set(active)
            .filter(deleted::<E>(self.organization()))
            .filter(filter.condition)
            .exec(self.connection())
            .await
            .map_err(internal)?;
        Ok(changed.rows_affected)
    }

    /// Removes at most `limit` of the rows that match `filter`, the oldest first, and returns how many there were: for rows of which
    /// there may be more than one transaction should remove.
    pub async fn remove_some<E: TenantEntity>(&self, filter: Filter<E>, limit: u64) -> Result<u64, Problem> {
        let some = Query::select()
            .column(E::id_column())
            .from(E::default())
            .cond_where(visible::<E>(self.organization()))
            .cond_where(filter.condition)
            .order_by(E::id_column(), Order::Asc)
            .limit(limit)
            .to_owned();
        let removed = E::delete_many()
            .filter(visible::<E>(self.organization()))
            .filter(Expr::col((E::default(), E::id_column())).in_subquery(some))
            .exec(self.connection())
            .await
            .map_err(internal)?;
        Ok(removed.rows_affected)
    }

    /// The tables of `references` that have a row which names `id`, by one statement.
    pub async fn referring(&self, id: Uuid, references: &[Reference]) -> Result<Vec<String>, Problem> {
        let mut selects = references.iter().map(|Reference { table, column }| {
            let naming = Query::select()
                .expr(Expr::val(1))
                .from(Alias::new(*table))
                .and_where(Expr::col(Alias::new("organization_id")).eq(self.organization()))
                .and_where(Expr::col(Alias::new(*column)).eq(id))
                .to_owned();
            // Names of tables are our own.
            let name = Expr::cust(format!("'{table}'"));
            Query::select().expr(name).and_where(Expr::exists(naming)).to_owned()
        });
        let Some(mut select) = selects.next() else {
            return Ok(Vec::new());
        };
        for other in selects {
            select.union(UnionType::All, other);
        }
        let rows = self.connection().query_all(&select).await.map_err(internal)?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>().map_err(internal)
    }
}
