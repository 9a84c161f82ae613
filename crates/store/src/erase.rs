//! The rows of a closed organization go for good.
use crate::{Standing, Store, error::internal, prelude::*, retention::BATCH};
use purser_entity_platform::job;
use purser_kernel::OrganizationId;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Order, Query},
};

impl Store {
    /// Removes every row that a closed organization has in `tables`, given in any order, and its jobs. Short transactions: run again it
    /// goes on where it stopped. Returns how many rows it were.
    ///
    /// `not_found` for an organization that is not closed.
    pub async fn erase(&self, organization: OrganizationId, tables: &[&'static str]) -> Result<u64, Problem> {
        let mut erased = 0;
        loop {
            let jobs = self.erase_jobs(organization).await?;
            erased += jobs;
            if jobs < BATCH {
                break;
            }
        }
        let (mut left, mut limit) = (tables.to_vec(), BATCH);
        while !left.is_empty() {
            let before = (left.len(), erased);
            let mut referred_to = Vec::new();
            for table in left {
                loop {
                    match self.erase_some(organization, table, limit).await {
                        Ok(0) => break,
                        Ok(rows) => erased += rows,
                        // Other tables refer to these rows: once theirs are gone it is this one's turn.
                        Err(problem) if problem.is(CommonProblem::ValidationFailed) => {
                            referred_to.push(table);
                            break;
                        }
                        Err(problem) => return Err(problem),
                    }
                }
            }
            left = referred_to;
            if before == (left.len(), erased) {
                if limit == u64::MAX {
                    return Err(Problem::internal(format!("{left:?} refer to each other")));
                }
                // Rows of a table that refer to others of it go together.
                limit = u64::MAX;
            }
        }
        Ok(erased)
    }

    async fn erase_jobs(&self, organization: OrganizationId) -> Result<u64, Problem> {
        let tx = self.of_a_closed(organization).await?;
        let own = job::Column::OrganizationId.eq(organization);
        let erased = tx.system().remove_some::<job::Entity>(own, BATCH).await?;
        tx.commit().await?;
        Ok(erased)
    }

    async fn of_a_closed(&self, organization: OrganizationId) -> Result<WriteTx, Problem> {
        let tx = self.write_in_any_state(&Scope::system(organization, "erase")).await?;
        let is_closed = crate::standing::look(&tx).await? == Some(Standing::Closed);
        if is_closed { Ok(tx) } else { Err(Problem::not_found("closed organization")) }
    }

    /// The newest rows first: those that refer to others of their table are younger, as a rule.
    async fn erase_some(&self, organization: OrganizationId, table: &'static str, limit: u64) -> Result<u64, Problem> {
        let tx = self.of_a_closed(organization).await?;
        let own = || Expr::col("organization_id").eq(organization);
        let mut delete = Query::delete().from_table(table).and_where(own()).to_owned();
        if limit < u64::MAX {
            let newest = Query::select()
                .column("id")
                .from(table)
                .and_where(own())
                .order_by("id", Order::Desc)
                .limit(limit)
                .to_owned();
            delete.and_where(Expr::col("id").in_subquery(newest));
        }
        let erased = tx.connection().execute(&delete).await.map_err(internal)?.rows_affected();
        tx.commit().await?;
        Ok(erased)
    }
}
