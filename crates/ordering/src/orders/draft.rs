//! Orders that a reader makes from messages.
mod play;

use super::{
    OrderWithLines, approval, customer_of,
    events::{OrderAmended, OrderCancelled, OrderDrafted, Summary},
    history,
    lines::{self, LineDraft, PriceList, Totals},
    load_for_update, status,
};
use crate::reader::Effect;
use play::{judge, play, rounded};
use purser_entity_ordering::{
    alternatives::{Alternative, Alternatives},
    order::{self, Channel, Column, Status},
    order_line,
    order_message::{self, Effect as MessageEffect},
};
use purser_kernel::{
    Currency, Quantity,
    ids::{ConversationId, CustomerId, MessageId, OrderId, ProductId, ProductVariantId},
};
use purser_store::{ports::Approvals, prelude::*};
use serde_json::json;

/// An order as it was read from one message.
#[derive(Clone, Debug)]
pub struct OrderDraft {
    /// Who orders.
    pub customer_id: CustomerId,
    /// Where it was written.
    pub conversation_id: ConversationId,
    /// What was read.
    pub message_id: MessageId,
    /// How it came in.
    pub channel: Channel,
    /// The currency when neither a product nor the customer names one.
    pub default_currency: Currency,
    /// Below this confidence a person reviews.
    pub threshold: f64,
    /// What was read.
    pub lines: Vec<DraftLine>,
}

/// A line as it was read.
#[derive(Clone, Debug)]
pub struct DraftLine {
    /// What it does to the order that is open.
    pub effect: Effect,
    /// The product, or `None` when a person must find it.
    pub product_id: Option<ProductId>,
    /// The variant, if one was named.
    pub variant_id: Option<ProductVariantId>,
    /// How much, in the product's unit.
    pub quantity: Quantity,
    /// The unit as it was written, where there is no product.
    pub unit: Option<String>,
    /// The customer's words.
    pub original_text: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// What else it may mean: product, variant, confidence.
    pub alternatives: Vec<(ProductId, Option<ProductVariantId>, f64)>,
}

/// The sequence that order numbers are taken from.
const NUMBERS: &str = "orders";

/// The order that messages of this customer in this conversation still change: made from a message and not confirmed. What was
/// made for somebody else, before the conversation was linked anew, is not theirs to change.
pub async fn open_draft(
    tx: &ReadTx,
    conversation: ConversationId,
    customer: CustomerId,
) -> Result<Option<OrderWithLines>, Problem> {
    let open = Column::ConversationId
        .eq(conversation)
        .and(Column::CustomerId.eq(customer))
        .and(Column::AiGenerated.eq(true))
        .and(Column::Status.is_in([Status::Draft, Status::Review, Status::Pending]));
    match tx.find::<order::Entity>().filter(open).one().await? {
        Some(order) => super::load(tx, order).await.map(Some),
        None => Ok(None),
    }
}

/// Makes an order of what was read. `review` when a line is uncertain or without a product, else `pending`.
pub async fn create(tx: &WriteTx, draft: OrderDraft) -> Result<OrderWithLines, Problem> {
    tx.scope().require(Permission::OrdersManage)?;
    let prices = price_list(tx, &draft.lines, &[]).await?;
    let added = || draft.lines.iter().filter(|line| line.effect != Effect::Remove);
    let priced_in = added().filter_map(|line| Some(prices.product(line.product_id?)?.currency));
    let currency = if let Some(currency) = priced_in.into_iter().next() {
        currency
    } else {
        let customer = customer_of(tx, draft.customer_id).await?;
        customer.map_or(draft.default_currency, |customer| customer.currency)
    };
    let line_drafts = added().map(|line| line_draft(line, draft.message_id, currency, &prices)).collect();
    let line_drafts = lines::fitting(line_drafts, currency, &prices);
    let id = OrderId::generate();
    let (rows, totals) = lines::priced(id, currency, line_drafts, &prices)?;
    let (confidence, status) = judge(&rows, draft.threshold);
    let row = order::ActiveModel {
        id: Set(id),
        customer_id: Set(draft.customer_id),
        distributor_id: Set(None),
        lead_id: Set(None),
        conversation_id: Set(Some(draft.conversation_id)),
        channel: Set(draft.channel),
        customer_reference: Set(None),
        status: Set(status),
        ai_generated: Set(true),
        ai_confidence: Set(Some(confidence)),
        requires_review: Set(status == Status::Review),
        reviewed_by: Set(None),
        reviewed_at: Set(None),
        currency: Set(currency),
        duration_id: Set(None),
        subtotal_minor: Set(totals.subtotal.minor()),
        discount_total_minor: Set(0),
        tax_total_minor: Set(0),
        total_minor: Set(totals.total.minor()),
        requested_delivery_on: Set(None),
        notes: Set(None),
        billing_metadata: Set(json!({})),
        approval_id: Set(None),
        approval_status: Set(None),
        confirmed_at: Set(None),
        cancelled_at: Set(None),
        created_by: Set(tx.scope().actor.user()),
        // Taken last: whoever drafts next waits for this number.
        number: Set(format!("SO-{:06}", tx.next_number(NUMBERS).await?)),
        ..Default::default()
    };
    let order = tx.insert(row).await?;
    tx.insert_many(rows).await?;
    link(tx, id, draft.message_id, MessageEffect::Created).await?;
    history::record(tx, None, &order, None).await?;
    let created = super::load(tx, order).await?;
    tx.audit(AuditEntry::new("order.draft", "order", id).after(&history::view(&created))).await?;
    tx.emit(&OrderDrafted(Summary::of(&created))).await?;
    Ok(created)
}

/// Plays what was read onto the order that is open, which has the version that the reader saw. `stale` otherwise.
/// What waits for approval waits no longer.
pub async fn amend(
    tx: &WriteTx,
    approvals: &dyn Approvals,
    open: OrderWithLines,
    draft: OrderDraft,
) -> Result<OrderWithLines, Problem> {
    tx.scope().require(Permission::OrdersManage)?;
    let before = load_for_update(tx, open.order.id).await?;
    tx.expect_version(&before.order, open.order.version)?;
    status::require(before.order.status, status::Move::Edit)?;
    approval::release(tx, approvals, &before.order).await?;
    let prices = price_list(tx, &draft.lines, &before.lines).await?;
    let added = draft.lines.iter().filter(|line| line.effect != Effect::Remove).filter_map(|line| line.product_id);
    let currency = lines::currency(&before.order, &before.lines, added, &prices);
    let mut line_drafts: Vec<LineDraft> = before.lines.iter().map(LineDraft::of).collect();
    for line in &draft.lines {
        let new = line_draft(line, draft.message_id, currency, &prices);
        play(&mut line_drafts, line, new);
    }
    if line_drafts.is_empty() {
        return withdraw(tx, before, draft.message_id).await;
    }
    let line_drafts = lines::fitting(line_drafts, currency, &prices);
    let (rows, Totals { subtotal, total }) = lines::priced(before.order.id, currency, line_drafts, &prices)?;
    let (confidence, next) = judge(&rows, draft.threshold);
    let (was, from) = (history::view(&before), before.order.status);
    let order = tx
        .update(before.order, |row| {
            row.status = Set(next);
            row.requires_review = Set(next == Status::Review);
            row.ai_confidence = Set(Some(confidence));
            approval::ask(row, None);
            row.currency = Set(currency);
            row.subtotal_minor = Set(subtotal.minor());
            row.total_minor = Set(total.minor());
        })
        .await?;
    lines::replace(tx, order.id, rows).await?;
    link(tx, order.id, draft.message_id, MessageEffect::Amended).await?;
    history::record(tx, Some(from), &order, Some("amended by a message".to_owned())).await?;
    let after = super::load(tx, order).await?;
    let entry = AuditEntry::new("order.amend", "order", after.order.id);
    tx.audit(entry.before(&was).after(&history::view(&after))).await?;
    tx.emit(&OrderAmended(Summary::of(&after))).await?;
    Ok(after)
}

/// Cancels the order that is open because a message says so.
pub async fn cancel_by_message(
    tx: &WriteTx,
    approvals: &dyn Approvals,
    open: OrderWithLines,
    message: MessageId,
) -> Result<OrderWithLines, Problem> {
    tx.scope().require(Permission::OrdersManage)?;
    let before = load_for_update(tx, open.order.id).await?;
    tx.expect_version(&before.order, open.order.version)?;
    status::require(before.order.status, status::Move::Cancel)?;
    approval::release(tx, approvals, &before.order).await?;
    withdraw(tx, before, message).await
}

async fn withdraw(tx: &WriteTx, before: OrderWithLines, message: MessageId) -> Result<OrderWithLines, Problem> {
    let (was, from, now) = (history::view(&before), before.order.status, tx.now());
    let question = approval::left(&before.order);
    let order = tx
        .update(before.order, |row| {
            row.status = Set(Status::Cancelled);
            row.requires_review = Set(false);
            row.cancelled_at = Set(Some(now));
            row.approval_status = Set(question);
        })
        .await?;
    link(tx, order.id, message, MessageEffect::Cancelled).await?;
    history::record(tx, Some(from), &order, Some("cancelled by a message".to_owned())).await?;
    let after = super::load(tx, order).await?;
    let entry = AuditEntry::new("order.cancel", "order", after.order.id);
    tx.audit(entry.before(&was).after(&history::view(&after))).await?;
    tx.emit(&OrderCancelled(Summary::of(&after))).await?;
    Ok(after)
}

async fn link(tx: &WriteTx, order: OrderId, message: MessageId, effect: MessageEffect) -> Result<(), Problem> {
    let row = order_message::ActiveModel {
        order_id: Set(order),
        message_id: Set(message),
        effect: Set(effect),
        ..Default::default()
    };
    tx.insert_many([row]).await
}

async fn price_list(tx: &ReadTx, read: &[DraftLine], kept: &[order_line::Model]) -> Result<PriceList, Problem> {
    let named = read
        .iter()
        .flat_map(|line| line.product_id.into_iter().chain(line.alternatives.iter().map(|(product, ..)| *product)));
    PriceList::load(tx, named.chain(kept.iter().filter_map(|line| line.product_id)).collect()).await
}

/// One line as it was read, for an order in `currency`. A product that is priced in another currency cannot stand on it: the
/// line is kept without a product, the product among its alternatives, and a person decides.
fn line_draft(line: &DraftLine, message: MessageId, currency: Currency, prices: &PriceList) -> LineDraft {
    let product = line.product_id.and_then(|id| prices.product(id));
    let fits = product.is_none_or(|product| product.currency == currency);
    let known = fits && product.is_some();
    let mut candidates = line.alternatives.clone();
    if let (false, Some(product)) = (fits, product) {
        candidates.insert(0, (product.id, line.variant_id, line.confidence));
    }
    let alternative = |(product_id, variant_id, confidence): (ProductId, Option<ProductVariantId>, f64)| {
        let product = prices.product(product_id)?;
        let variant = variant_id.and_then(|variant| prices.variant(product_id, variant));
        Some(Alternative { product_id, variant_id, product_name: lines::named(product, variant), confidence })
    };
    LineDraft {
        id: None,
        message_id: Some(message),
        product_id: line.product_id.filter(|_| known),
        variant_id: line.variant_id.filter(|_| known),
        fallback_name: text::fit(&line.original_text, lines::MAX_NAME),
        quantity: line.quantity,
        fallback_unit: text::fit(line.unit.as_deref().unwrap_or("piece"), lines::MAX_UNIT),
        ai_extracted: true,
        ai_original_text: Some(text::fit(&line.original_text, lines::MAX_WORDS)),
        ai_confidence: Some(if known { rounded(line.confidence) } else { 0.0 }),
        alternatives: Alternatives(candidates.into_iter().filter_map(alternative).collect()),
        created_at: None,
    }
}
