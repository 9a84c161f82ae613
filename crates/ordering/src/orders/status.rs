//! The states of an order, and the one place where they change.
use super::OrderWithLines;
use purser_entity_ordering::{
    order::{self, Status},
    order_status_change,
};
use purser_store::prelude::*;

/// A move that a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Edit,
    Confirm,
    Cancel,
}

impl Move {
    const ALL: [Self; 3] = [Self::Edit, Self::Confirm, Self::Cancel];

    fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
        }
    }

    /// The table of transitions.
    fn allowed(self, from: Status) -> bool {
        match from {
            Status::Draft | Status::Review | Status::Pending => true,
            Status::Confirmed => self == Self::Cancel,
            Status::Fulfilled | Status::Cancelled => false,
        }
    }
}

/// `illegal_transition`, naming the state and the moves that are open, unless the order can make this move.
pub(super) fn require(order: &order::Model, wanted: Move) -> Result<(), Problem> {
    if wanted.allowed(order.status) {
        return Ok(());
    }
    let open = Move::ALL.into_iter().filter(|open| open.allowed(order.status)).map(Move::name);
    Err(Problem::illegal_transition("order", name(order.status), &open.collect::<Vec<_>>()))
}

/// The state's name on the wire.
pub(super) fn name(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Review => "review",
        Status::Pending => "pending",
        Status::Confirmed => "confirmed",
        Status::Fulfilled => "fulfilled",
        Status::Cancelled => "cancelled",
    }
}

/// Writes down that the order came to its state.
pub(super) async fn record(
    tx: &WriteTx,
    from: Option<Status>,
    order: &order::Model,
    reason: Option<String>,
) -> Result<(), Problem> {
    if from == Some(order.status) {
        return Ok(());
    }
    let change = order_status_change::ActiveModel {
        order_id: Set(order.id),
        from_status: Set(from),
        to_status: Set(order.status),
        changed_by: Set(tx.scope().actor.user()),
        reason: Set(reason),
        ..Default::default()
    };
    tx.insert_many([change]).await
}

/// An order as the audit trail shows it.
pub(super) fn view(OrderWithLines { order, lines, .. }: &OrderWithLines) -> serde_json::Value {
    let line = |line: &purser_entity_ordering::order_line::Model| {
        serde_json::json!({
            "line_number": line.line_number,
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "product_name": line.product_name,
            "quantity": line.quantity_e4,
            "line_total": purser_kernel::Money::from_minor(line.line_total_minor, order.currency).to_string(),
        })
    };
    serde_json::json!({
        "status": name(order.status),
        "notes": order.notes,
        "customer_reference": order.customer_reference,
        "requested_delivery_on": order.requested_delivery_on,
        "total": purser_kernel::Money::from_minor(order.total_minor, order.currency).to_string(),
        "currency": order.currency,
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
    })
}
