//! Confirmation: the order becomes binding, at once or when somebody else has approved it.
use super::{
    OrderWithLines, Orders, approval, customer_of,
    events::{OrderConfirmed, Summary},
    history, load_for_update, status,
};
use crate::OrderingProblem;
use purser_entity_ordering::{
    customer::{self, Column as CustomerColumn, Status as CustomerStatus},
    order::{ApprovalStatus, Status},
};
use purser_kernel::{
    Expected, MoneyError,
    ids::{ApprovalRequestId, OrderId},
};
use purser_store::{ports::Verdict, prelude::*};

/// What came of the wish to confirm an order.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// The order is binding.
    Confirmed(OrderWithLines),
    /// Somebody else has to approve it first: the order's `approval_id` names the question.
    Waits(OrderWithLines),
}

impl Orders {
    /// Makes an order binding, and counts it for its customer. `expected` is the version that the caller saw. Where the
    /// organization's policies want it, people are asked instead and the order waits; asking again changes nothing.
    ///
    /// `illegal_transition` when it is confirmed already (of two at once, one is told so) or cancelled; `order_incomplete` while a
    /// line has no product; `validation_failed` when all that its customer has spent would be too large to be kept.
    pub async fn confirm(
        &self,
        tx: &WriteTx,
        id: OrderId,
        expected: impl Into<Expected>,
    ) -> Result<Confirmation, Problem> {
        tx.scope().require(Permission::OrdersConfirm)?;
        let before = to_confirm(tx, id, expected).await?;
        match self.approvals.ask(tx, approval::SUBJECT, id.as_uuid()).await? {
            Verdict::NotNeeded => {
                // Somebody who could not confirm it may have asked.
                approval::release(tx, self.approvals.as_ref(), &before.order).await?;
                bind(tx, before, None).await.map(Confirmation::Confirmed)
            }
            Verdict::Approved(approval) => bind(tx, before, Some(approval)).await.map(Confirmation::Confirmed),
            Verdict::Needed(approval) => approval::wait(tx, before, approval).await.map(Confirmation::Waits),
        }
    }

    /// Asks people to confirm an order, whatever the policies say: for somebody who may not do it alone. Asking again changes
    /// nothing.
    ///
    /// `illegal_transition` and `order_incomplete` as for [`Orders::confirm`].
    pub async fn request_confirmation(
        &self,
        tx: &WriteTx,
        id: OrderId,
        expected: impl Into<Expected>,
    ) -> Result<OrderWithLines, Problem> {
        tx.scope().require(Permission::OrdersManage)?;
        let before = to_confirm(tx, id, expected).await?;
        let approval = self.approvals.request(tx, approval::SUBJECT, id.as_uuid()).await?;
        approval::wait(tx, before, approval).await
    }
}

/// The order, locked, if it can become binding.
pub(super) async fn to_confirm(
    tx: &WriteTx,
    id: OrderId,
    expected: impl Into<Expected>,
) -> Result<OrderWithLines, Problem> {
    let before = load_for_update(tx, id).await?;
    status::require(before.order.status, status::Move::Confirm)?;
    tx.expect_version(&before.order, expected)?;
    let unmatched = before.unmatched();
    if before.lines.is_empty() || !unmatched.is_empty() {
        return Err(Problem::of(OrderingProblem::OrderIncomplete)
            .detail("Choose a product for each of these lines, or remove them.")
            .with("line_numbers", unmatched));
    }
    Ok(before)
}

/// Makes the order binding, with everything that goes with it.
pub(super) async fn bind(
    tx: &WriteTx,
    before: OrderWithLines,
    approval: Option<ApprovalRequestId>,
) -> Result<OrderWithLines, Problem> {
    let (was, from, now, person) = (history::view(&before), before.order.status, tx.now(), tx.scope().actor.user());
    let OrderWithLines { order, lines, messages } = before;
    let id = order.id;
    let order = tx
        .update(order, |row| {
            row.status = Set(Status::Confirmed);
            row.requires_review = Set(false);
            row.confirmed_at = Set(Some(now));
            row.reviewed_by = Set(person);
            row.reviewed_at = Set(Some(now));
            row.approval_id = Set(approval);
            row.approval_status = Set(approval.map(|_| ApprovalStatus::Approved));
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
