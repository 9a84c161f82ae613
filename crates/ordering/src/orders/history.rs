//! What is kept of how an order changes: its states one after the other, and how the audit trail shows it.
use super::{OrderWithLines, status::name};
use purser_entity_ordering::{
    order::{self, Status},
    order_line, order_status_change,
};
use purser_kernel::Money;
use purser_store::prelude::*;
use serde_json::{Value, json};

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
pub(super) fn view(OrderWithLines { order, lines, .. }: &OrderWithLines) -> Value {
    let line = |line: &order_line::Model| {
        json!({
            "line_number": line.line_number,
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "product_name": line.product_name,
            "quantity": line.quantity_e4,
            "line_total": Money::from_minor(line.line_total_minor, order.currency).to_string(),
        })
    };
    json!({
        "status": name(order.status),
        "notes": order.notes,
        "customer_reference": order.customer_reference,
        "requested_delivery_on": order.requested_delivery_on,
        "total": Money::from_minor(order.total_minor, order.currency).to_string(),
        "currency": order.currency,
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
    })
}
