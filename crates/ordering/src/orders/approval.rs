//! An order that somebody else has to approve before it becomes binding.
use super::{
    OrderWithLines, confirm, customer_of,
    events::{OrderConfirmationRequested, Summary},
    history, load_for_update, status,
};
use async_trait::async_trait;
use purser_entity_ordering::{
    order::{self, ApprovalStatus, Column, Status},
    order_line,
};
use purser_kernel::{
    Currency, Expected, Money, UnitPrice,
    ids::{ApprovalRequestId, CustomerId, OrderId},
};
use purser_store::{
    ports::{ApprovalSubject, Approvals, Counterparty, Ending, Matter},
    prelude::*,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The name of orders among the subjects of approvals: what is asked for is their confirmation.
pub(super) const SUBJECT: &str = "order";

/// Notes the question that the order waits for.
pub(super) async fn wait(
    tx: &WriteTx,
    before: OrderWithLines,
    approval: ApprovalRequestId,
) -> Result<OrderWithLines, Problem> {
    if before.order.approval_id == Some(approval) && before.order.approval_status == Some(ApprovalStatus::Pending) {
        return Ok(before);
    }
    let was = view(&before);
    let OrderWithLines { order, lines, messages } = before;
    let order = tx.update(order, |row| ask(row, Some(approval))).await?;
    let after = OrderWithLines { order, lines, messages };
    let entry = AuditEntry::new("order.request_confirmation", "order", after.order.id);
    tx.audit(entry.before(&was).after(&view(&after))).await?;
    tx.emit(&OrderConfirmationRequested(Summary::of(&after))).await?;
    Ok(after)
}

/// Closes the question that the order waits for, if it does. Whoever changes the order does it, in the same transaction.
pub(super) async fn release(tx: &WriteTx, approvals: &dyn Approvals, order: &order::Model) -> Result<(), Problem> {
    match order.approval_id {
        Some(_) => approvals.supersede(tx, SUBJECT, order.id.as_uuid()).await,
        None => Ok(()),
    }
}

/// Asks anew about an order that waited and was edited by a person, in the name of whoever asked before. What is not complete waits
/// for nothing, and neither does what a program or a message has changed: nobody here has seen it.
pub(super) async fn renew(
    tx: &WriteTx,
    approvals: &dyn Approvals,
    waited: bool,
    order: order::Model,
    complete: bool,
) -> Result<order::Model, Problem> {
    let person = tx.scope().actor.user().is_some();
    if !waited || !person || !complete || order.status != Status::Pending {
        if waited {
            approvals.supersede(tx, SUBJECT, order.id.as_uuid()).await?;
        }
        return Ok(order);
    }
    match approvals.renew(tx, SUBJECT, order.id.as_uuid()).await? {
        Some(anew) => tx.update(order, |row| ask(row, Some(anew))).await,
        None => Ok(order),
    }
}

/// The order waits for this question, or for none.
pub(super) fn ask(row: &mut order::ActiveModel, question: Option<ApprovalRequestId>) {
    row.approval_id = Set(question);
    row.approval_status = Set(question.map(|_| ApprovalStatus::Pending));
}

/// Where the question of an order stands that is about to be cancelled.
pub(super) fn left(order: &order::Model) -> Option<ApprovalStatus> {
    match order.approval_status {
        Some(ApprovalStatus::Pending) => Some(ApprovalStatus::Superseded),
        other => other,
    }
}

/// As the audit trail shows it, with what it waits for.
fn view(order: &OrderWithLines) -> Value {
    let mut view = history::view(order);
    if let Some(members) = view.as_object_mut() {
        members.insert("approval_id".to_owned(), json!(order.order.approval_id));
    }
    view
}

/// The confirmation of orders, as approvals see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderConfirmation;

#[async_trait]
impl ApprovalSubject for OrderConfirmation {
    fn kind(&self) -> &'static str {
        SUBJECT
    }

    fn permission(&self) -> Permission {
        Permission::OrdersConfirm
    }

    async fn matter(&self, tx: &WriteTx, id: Uuid) -> Result<Option<Matter>, Problem> {
        let locked = tx.find_for_update::<order::Entity>().filter(Column::Id.eq(id)).one().await?;
        let Some(order) = locked.filter(|order| status::require(order.status, status::Move::Confirm).is_ok()) else {
            return Ok(None);
        };
        let lines = super::lines::of(tx, &order).await?;
        let customer = customer_of(tx, order.customer_id).await?;
        let name = customer.as_ref().map_or("a deleted customer", |customer| customer.business_name.as_str());
        let total = Money::from_minor(order.total_minor, order.currency);
        Ok(Some(Matter {
            summary: format!("Confirm order {} of {name} over {total} {}", order.number, order.currency),
            content: content(&order, &lines, name),
            amount: Some(total),
            counterparty: Some(Counterparty { kind: "customer", id: order.customer_id.as_uuid() }),
            counterparty_is_new: customer.is_none_or(|customer| customer.total_orders == 0),
            confidence: order.ai_confidence,
            last_edited_by: order.reviewed_by,
            about: None,
        }))
    }

    async fn done_since(
        &self,
        tx: &WriteTx,
        counterparty: Counterparty,
        since: Timestamp,
        but: Uuid,
    ) -> Result<Vec<Money>, Problem> {
        let customer = CustomerId::from_uuid(counterparty.id);
        let done = Column::CustomerId
            .eq(customer)
            .and(Column::Status.is_in([Status::Confirmed, Status::Fulfilled]))
            .and(Column::ConfirmedAt.gte(since))
            .and(Column::Id.ne(but));
        let sums = tx.find::<order::Entity>().filter(done).aggregate().by(Column::Currency).sum(Column::TotalMinor);
        let sums = sums.rows::<(Currency, i64)>().await?;
        Ok(sums.into_iter().map(|(currency, minor)| Money::from_minor(minor, currency)).collect())
    }

    async fn asked_anew(&self, tx: &WriteTx, id: Uuid, request: ApprovalRequestId) -> Result<(), Problem> {
        let order = load_for_update(tx, OrderId::from_uuid(id)).await?;
        wait(tx, order, request).await.map(|_| ())
    }

    async fn ended(&self, tx: &WriteTx, id: Uuid, request: ApprovalRequestId, how: Ending) -> Result<(), Problem> {
        let waiting = Column::Id.eq(id).and(Column::ApprovalId.eq(request));
        let Some(order) = tx.find_for_update::<order::Entity>().filter(waiting).one().await? else {
            return Ok(());
        };
        let status = match how {
            Ending::Rejected => ApprovalStatus::Rejected,
            Ending::Expired => ApprovalStatus::Expired,
            Ending::Withdrawn => ApprovalStatus::Withdrawn,
            Ending::Superseded => ApprovalStatus::Superseded,
        };
        tx.update(order, |row| row.approval_status = Set(Some(status))).await.map(|_| ())
    }

    async fn approved(&self, tx: &WriteTx, id: Uuid, approvals: &dyn Approvals) -> Result<(), Problem> {
        let before = confirm::to_confirm(tx, OrderId::from_uuid(id), Expected::Any).await?;
        let approval = approvals.redeem(tx, SUBJECT, id).await?;
        let approval = approval.ok_or_else(|| Problem::internal("what was just approved has its approval"))?;
        confirm::bind(tx, before, Some(approval)).await.map(|_| ())
    }
}

/// What a person has to know before they let the order become binding.
fn content(order: &order::Model, lines: &[order_line::Model], customer: &str) -> Value {
    let amount = |minor| Money::from_minor(minor, order.currency).to_string();
    let line = |line: &order_line::Model| {
        json!({
            "line_number": line.line_number,
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "product_name": line.product_name,
            "quantity": line.quantity_e4,
            "unit": line.unit,
            "unit_price": UnitPrice::from_e4(line.unit_price_e4, order.currency).to_string(),
            "discount_percent": line.discount_bp,
            "line_total": amount(line.line_total_minor),
        })
    };
    json!({
        "number": order.number,
        "customer": { "id": order.customer_id, "business_name": customer },
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "subtotal": amount(order.subtotal_minor),
        "discount_total": amount(order.discount_total_minor),
        "tax_total": amount(order.tax_total_minor),
        "total": amount(order.total_minor),
        "currency": order.currency,
        "notes": order.notes,
        "customer_reference": order.customer_reference,
        "requested_delivery_on": order.requested_delivery_on,
    })
}
