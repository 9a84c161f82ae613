//! Contract terms that can be bought, and their discounts.
use crate::OrderingProblem;
use purser_entity_ordering::duration::{self, Column};
use purser_kernel::Percent;
use purser_store::prelude::*;
use serde_json::json;

/// The terms, the shortest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<duration::Model>, Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    tx.find::<duration::Entity>().order_by(Column::Months, Asc).page(page).await
}

/// Adds a term of `months` (1 to 600) with a discount of 0 to 100 %. `duration_taken` when there is one of this length.
pub async fn create(tx: &WriteTx, months: i32, discount: Percent) -> Result<duration::Model, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    if !(1..=600).contains(&months) {
        return Err(Problem::invalid("/months", "out_of_range", "must be from 1 to 600"));
    }
    if !(0..=10_000).contains(&discount.basis_points()) {
        return Err(Problem::invalid("/discount_percent", "out_of_range", "must be from 0 to 100"));
    }
    let row = duration::ActiveModel {
        months: Set(months),
        discount_bp: Set(discount),
        is_active: Set(true),
        ..Default::default()
    };
    let taken = || Problem::of(OrderingProblem::DurationTaken);
    let duration = tx.insert(row).await.on_unique("uq_durations_months", taken)?;
    let view = json!({ "months": months, "discount_percent": discount });
    tx.audit(AuditEntry::new("duration.create", "duration", duration.id).after(&view)).await?;
    Ok(duration)
}
