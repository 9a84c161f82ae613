//! Cancellation by a person.
use super::{
    OrderWithLines, Orders, approval, confirm,
    events::{OrderCancelled, Summary},
    history, load_for_update, status,
};
use purser_entity_ordering::order::Status;
use purser_kernel::{Expected, ids::OrderId};
use purser_store::prelude::*;

const MAX_REASON: usize = 500;

impl Orders {
    /// Cancels an order that is not fulfilled. What was confirmed no longer counts for its customer.
    ///
    /// `illegal_transition` when it is cancelled already or fulfilled.
    pub async fn cancel(
        &self,
        tx: &WriteTx,
        id: OrderId,
        expected: impl Into<Expected>,
        reason: Option<String>,
    ) -> Result<OrderWithLines, Problem> {
        tx.scope().require(Permission::OrdersManage)?;
        let reason = text::optional_line("/reason", reason.as_deref(), MAX_REASON)?;
        let before = load_for_update(tx, id).await?;
        status::require(before.order.status, status::Move::Cancel)?;
        tx.expect_version(&before.order, expected)?;
        let from = before.order.status;
        if from == Status::Confirmed {
            // Undoing a decision is one.
            tx.scope().require(Permission::OrdersConfirm)?;
        }
        approval::release(tx, self.approvals.as_ref(), &before.order).await?;
        let (was, now, question) = (history::view(&before), tx.now(), approval::left(&before.order));
        let OrderWithLines { order, lines, messages } = before;
        let order = tx
            .update(order, |row| {
                row.status = Set(Status::Cancelled);
                row.requires_review = Set(false);
                row.cancelled_at = Set(Some(now));
                row.approval_status = Set(question);
            })
            .await?;
        history::record(tx, Some(from), &order, reason).await?;
        let after = OrderWithLines { order, lines, messages };
        if from == Status::Confirmed {
            confirm::count(tx, &after, -1).await?;
        }
        let entry = AuditEntry::new("order.cancel", "order", id);
        tx.audit(entry.before(&was).after(&history::view(&after))).await?;
        tx.emit(&OrderCancelled(Summary::of(&after))).await?;
        Ok(after)
    }
}
