//! Confirmation: the order becomes binding.
use super::{
    OrderWithLines, customer_of,
    events::{OrderConfirmed, Summary},
    history, load_for_update, status,
};
use crate::OrderingProblem;
use purser_entity_ordering::{
    customer::{self, Column as CustomerColumn, Status as CustomerStatus},
    order::Status,
};
use purser_kernel::{Expected, MoneyError, ids::OrderId};
use purser_store::prelude::*;

/// Makes an order binding, and counts it for its customer. `expected` is the version that the caller saw.
///
/// `illegal_transition` when it is confirmed already (of two at once, one is told so) or cancelled; `order_incomplete` while a
/// line has no product; `validation_failed` when all that its customer has spent would be too large to be kept.
pub async fn confirm(tx: &WriteTx, id: OrderId, expected: impl Into<Expected>) -> Result<OrderWithLines, Problem> {
    tx.scope().require(Permission::OrdersConfirm)?;
    let before = load_for_update(tx, id).await?;
    status::require(before.order.status, status::Move::Confirm)?;
    tx.expect_version(&before.order, expected)?;
    let unmatched = before.unmatched();
    if before.lines.is_empty() || !unmatched.is_empty() {
        return Err(Problem::of(OrderingProblem::OrderIncomplete)
            .detail("Choose a product for each of these lines, or remove them.")
            .with("line_numbers", unmatched));
    }
    let (was, from, now, person) = (history::view(&before), before.order.status, tx.now(), tx.scope().actor.user());
    let OrderWithLines { order, lines, messages } = before;
    let order = tx
        .update(order, |row| {
            row.status = Set(Status::Confirmed);
            row.requires_review = Set(false);
            row.confirmed_at = Set(Some(now));
            row.reviewed_by = Set(person);
            row.reviewed_at = Set(Some(now));
        })
        .await?;
    history::record(tx, Some(from), &order, None).await?;
    let after = OrderWithLines { order, lines, messages };
    count(tx, &after, 1).await?;
    let entry = AuditEntry::new("order.confirm", "order", id);
    tx.audit(entry.before(&was).after(&history::view(&after))).await?;
    tx.emit(&OrderConfirmed(Summary::of(&after))).await?;
    Ok(after)
}

/// Adds the order to its customer's totals, or with -1 takes it away again. An order in another currency than the customer's
/// counts as an order and adds nothing to the sum: amounts of two currencies are not added.
pub(super) async fn count(
    tx: &WriteTx,
    OrderWithLines { order, .. }: &OrderWithLines,
    sign: i32,
) -> Result<(), Problem> {
    let own = || CustomerColumn::Id.eq(order.customer_id);
    let counted = (CustomerColumn::TotalOrders, i64::from(sign));
    let amount = order.total_minor.saturating_mul(sign.into());
    let change = |row: &mut customer::ActiveModel| {
        if sign > 0 {
            row.last_ordered_at = Set(order.confirmed_at);
            row.status = Set(CustomerStatus::Ordering);
        }
    };
    let usual = own().and(CustomerColumn::Currency.eq(order.currency));
    if tx.increment(usual, [counted, (CustomerColumn::TotalSpentMinor, amount)], change).await? == 1 {
        return Ok(());
    }
    match customer_of(tx, order.customer_id).await? {
        // Deleted: there is nobody to count it for.
        None => Ok(()),
        Some(customer) if customer.currency == order.currency => Err(MoneyError::Overflow.at("")),
        Some(_) => tx.increment(own(), [counted], change).await.map(|_| ()),
    }
}
