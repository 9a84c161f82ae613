//! What was used in a month.
use crate::{BillingPeriod, UsageEvent};
use purser_entity_billing::usage_event::{Column, Entity};
use purser_kernel::{Cost, Quantity};
use purser_store::prelude::*;

/// Which uses are asked for.
#[derive(Clone, Debug)]
pub struct UsageFilter {
    /// The month.
    pub billing_period: BillingPeriod,
    /// Only uses of this kind, such as `message_read`.
    pub resource_type: Option<String>,
}

/// The uses of a month, the one recorded last first. `forbidden` without `usage.read`.
pub async fn list(tx: &ReadTx, filter: UsageFilter, page: &PageRequest) -> Result<Page<UsageEvent>, Problem> {
    tx.scope().require(Permission::UsageRead)?;
    tx.find::<Entity>()
        .filter(Column::BillingPeriod.eq(filter.billing_period.as_str()))
        .filter_if(filter.resource_type.map(|kind| Column::ResourceType.eq(kind)))
        .page(page)
        .await
}

/// All uses of one kind in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageTotal {
    /// The kind, such as `message_read`.
    pub resource_type: String,
    /// How many uses.
    pub count: i64,
    /// How much was used, in the kind's own unit.
    pub quantity: Quantity,
    /// What it cost, exact.
    pub cost: Cost,
}

/// The totals of a month for each kind of use, by name. `forbidden` without `usage.read`.
pub async fn summary(tx: &ReadTx, billing_period: &BillingPeriod) -> Result<Vec<UsageTotal>, Problem> {
    tx.scope().require(Permission::UsageRead)?;
    let mut totals = tx
        .find::<Entity>()
        .filter(Column::BillingPeriod.eq(billing_period.as_str()))
        .aggregate()
        .by(Column::ResourceType)
        .count()
        .sum(Column::QuantityE4)
        .sum(Column::CostNanos)
        .rows::<(String, i64, Quantity, Cost)>()
        .await?;
    totals.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    let total = |(resource_type, count, quantity, cost)| UsageTotal { resource_type, count, quantity, cost };
    Ok(totals.into_iter().map(total).collect())
}

/// A part of a month's uses, and the whole month in figures.
#[derive(Clone, Debug)]
pub struct UsageReport {
    /// The uses that were asked for.
    pub events: Page<UsageEvent>,
    /// The totals of the month, whatever part of it was asked for.
    pub totals: Vec<UsageTotal>,
}

/// [`list`] and [`summary`] of one month. `forbidden` without `usage.read`.
pub async fn report(tx: &ReadTx, filter: UsageFilter, page: &PageRequest) -> Result<UsageReport, Problem> {
    let totals = summary(tx, &filter.billing_period).await?;
    Ok(UsageReport { events: list(tx, filter, page).await?, totals })
}
