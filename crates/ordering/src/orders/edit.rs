//! What a person changes in an order before it is confirmed, and what is learned from it.
use super::{
    OrderWithLines, Orders, approval,
    events::{OrderUpdated, Summary},
    history,
    lines::{self, LineDraft, PriceList, Totals},
    load_for_update, status,
};
use crate::OrderingProblem;
use chrono::{Datelike, NaiveDate};
use purser_entity_ordering::{
    alternatives::Alternatives,
    order::{self, ApprovalStatus, Status},
    order_line,
};
use purser_kernel::{
    Currency, Expected, FieldError, Patch, Quantity,
    ids::{OrderId, OrderLineId, ProductId, ProductVariantId},
};
use purser_store::{ports::Correction, prelude::*};
use serde_json::{Value, json};
use std::collections::HashSet;

const MAX_NOTES: usize = 4000;
const MAX_REFERENCE: usize = 80;

/// What changes in an order. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct OrderEdit {
    /// Free text for the people who handle it.
    pub notes: Patch<String>,
    /// The customer's own number for it.
    pub customer_reference: Patch<String>,
    /// When it is wanted.
    pub requested_delivery_on: Patch<NaiveDate>,
    /// All lines as they shall be: one that names its id is kept and changed, the others are added, and what is not named goes.
    pub lines: Option<Vec<EditLine>>,
}

/// A line as it shall be.
#[derive(Clone, Debug)]
pub struct EditLine {
    /// The line that this one replaces.
    pub id: Option<OrderLineId>,
    /// The product; a line that was kept without one keeps waiting when it is left out.
    pub product_id: Option<ProductId>,
    /// The variant of the product.
    pub variant_id: Option<ProductVariantId>,
    /// How much, more than 0.
    pub quantity: Quantity,
}

impl Orders {
    /// Changes an order that has the version `expected` and is not confirmed. What differs from what a reader proposed is kept
    /// as a training example. An order in review whose lines all have a product then is `pending`. One that waits for approval
    /// waits no longer: what would be approved is not what people were asked. They are asked anew at once.
    ///
    /// `order_not_editable` once it is confirmed or cancelled.
    pub async fn edit(
        &self,
        tx: &WriteTx,
        id: OrderId,
        expected: impl Into<Expected>,
        edit: OrderEdit,
    ) -> Result<OrderWithLines, Problem> {
        tx.scope().require(Permission::OrdersManage)?;
        let before = load_for_update(tx, id).await?;
        if status::require(before.order.status, status::Move::Edit).is_err() {
            let current = status::name(before.order.status);
            return Err(Problem::of(OrderingProblem::OrderNotEditable)
                .detail(format!("The order is {current}."))
                .with("current", current));
        }
        tx.expect_version(&before.order, expected)?;
        let edit = checked(edit)?;
        let was = history::view(&before);
        let from = before.order.status;
        let relined = match &edit.lines {
            Some(lines) => Some(relined(tx, &before, lines).await?),
            None => None,
        };
        let complete = match &relined {
            Some((rows, _)) => rows.iter().all(|row| row.product_id.try_as_ref().is_some_and(Option::is_some)),
            None => before.unmatched().is_empty(),
        };
        let next = status::edited(from, relined.is_some(), complete);
        let totals = relined.as_ref().map(|(_, totals)| *totals);
        let waited = before.order.approval_status == Some(ApprovalStatus::Pending);
        let (reviewer, now) = (tx.scope().actor.user(), tx.now());
        let OrderWithLines { order, lines: old_lines, .. } = before;
        let order = tx
            .update(order, |row| {
                apply(&edit, row);
                row.status = Set(next);
                approval::ask(row, None);
                row.requires_review = Set(next == Status::Review);
                // A program's edit does not hide who was the last person to edit.
                if reviewer.is_some() {
                    row.reviewed_by = Set(reviewer);
                    row.reviewed_at = Set(Some(now));
                }
                if let Some(Totals { subtotal, total }) = totals {
                    row.currency = Set(total.currency());
                    row.subtotal_minor = Set(subtotal.minor());
                    row.total_minor = Set(total.minor());
                }
            })
            .await?;
        if let Some((rows, _)) = relined {
            lines::replace(tx, id, rows).await?;
        }
        history::record(tx, Some(from), &order, Some("edited".to_owned())).await?;
        let order = approval::renew(tx, self.approvals.as_ref(), waited, order, complete).await?;
        let after = super::load(tx, order).await?;
        let learned = corrections(&old_lines, &after);
        if !learned.is_empty() {
            self.answers.keep_corrections(tx, learned).await?;
        }
        let entry = AuditEntry::new("order.update", "order", id);
        tx.audit(entry.before(&was).after(&history::view(&after))).await?;
        tx.emit(&OrderUpdated(Summary::of(&after))).await?;
        Ok(after)
    }
}

fn checked(edit: OrderEdit) -> Result<OrderEdit, Problem> {
    let notes = edit.notes.try_map(|notes| text::lines("/notes", &notes, MAX_NOTES))?;
    // Others have no place in RFC 3339, and the oldest none in PostgreSQL.
    if matches!(edit.requested_delivery_on, Patch::Value(day) if !(1..=9999).contains(&day.year())) {
        return Err(Problem::invalid("/requested_delivery_on", "out_of_range", "must be of the years 1 to 9999"));
    }
    let reference = edit.customer_reference;
    let customer_reference = reference.try_map(|it| text::line("/customer_reference", &it, MAX_REFERENCE))?;
    Ok(OrderEdit { notes, customer_reference, ..edit })
}

fn apply(edit: &OrderEdit, row: &mut order::ActiveModel) {
    let OrderEdit { notes, customer_reference, requested_delivery_on, lines: _ } = edit;
    if let Some(notes) = notes.clone().into_change() {
        row.notes = Set(notes);
    }
    if let Some(reference) = customer_reference.clone().into_change() {
        row.customer_reference = Set(reference);
    }
    if let Some(day) = requested_delivery_on.into_change() {
        row.requested_delivery_on = Set(day);
    }
}

/// The lines as they shall be, priced. Every fault is named at its line.
async fn relined(
    tx: &WriteTx,
    before: &OrderWithLines,
    wanted: &[EditLine],
) -> Result<(Vec<order_line::ActiveModel>, Totals), Problem> {
    if wanted.is_empty() || wanted.len() > lines::MAX_LINES {
        let message = format!("must have 1 to {} entries; cancel an order that nobody wants", lines::MAX_LINES);
        return Err(Problem::invalid("/lines", "out_of_range", message));
    }
    let prices = PriceList::load(tx, wanted.iter().filter_map(|line| line.product_id).collect()).await?;
    let products = wanted.iter().filter_map(|line| line.product_id);
    let currency = lines::currency(&before.order, &before.lines, products, &prices);
    let (mut errors, mut seen) = (Vec::new(), HashSet::new());
    let mut drafts = Vec::with_capacity(wanted.len());
    for (position, line) in wanted.iter().enumerate() {
        let at = |field: &str| format!("/lines/{position}/{field}");
        let kept = line.id.and_then(|id| before.lines.iter().find(|kept| kept.id == id));
        if line.id.is_some_and(|id| kept.is_none() || !seen.insert(id)) {
            errors.push(FieldError::new(at("id"), "unknown_reference", "there is no such line, or it is named twice"));
        }
        if line.quantity <= Quantity::ZERO {
            errors.push(FieldError::new(at("quantity"), "out_of_range", "must be more than 0"));
        }
        errors.extend(check_product(line, kept, currency, &prices, &at));
        drafts.push(edited(line, kept));
    }
    if !errors.is_empty() {
        return Err(Problem::validation(errors));
    }
    lines::priced(before.order.id, currency, drafts, &prices)
}

fn check_product(
    line: &EditLine,
    kept: Option<&order_line::Model>,
    currency: Currency,
    prices: &PriceList,
    at: &dyn Fn(&str) -> String,
) -> Option<FieldError> {
    let Some(id) = line.product_id else {
        let waits = kept.is_some_and(|kept| kept.product_id.is_none());
        return (!waits).then(|| FieldError::new(at("product_id"), "required", "a new line needs a product"));
    };
    let Some(product) = prices.product(id) else {
        return Some(FieldError::new(at("product_id"), "unknown_reference", "there is no such product"));
    };
    if product.currency != currency {
        let message = format!("the product is priced in {} and the order is in {currency}", product.currency);
        return Some(FieldError::new(at("product_id"), "currency_mismatch", message));
    }
    let unknown = line.variant_id.is_some_and(|variant| prices.variant(id, variant).is_none());
    unknown.then(|| FieldError::new(at("variant_id"), "unknown_reference", "the product has no such variant"))
}

/// The line that a person leaves: what they decided is certain, the customer's words stay.
fn edited(line: &EditLine, kept: Option<&order_line::Model>) -> LineDraft {
    let mut draft = kept.map_or_else(
        || LineDraft {
            id: None,
            message_id: None,
            product_id: None,
            variant_id: None,
            fallback_name: String::new(),
            quantity: line.quantity,
            fallback_unit: "piece".to_owned(),
            ai_extracted: false,
            ai_original_text: None,
            ai_confidence: None,
            alternatives: Alternatives::default(),
            created_at: None,
        },
        LineDraft::of,
    );
    draft.product_id = line.product_id;
    draft.variant_id = line.variant_id;
    draft.quantity = line.quantity;
    draft
}

/// What the reader proposed and a person changed, added or took away.
fn corrections(before: &[order_line::Model], after: &OrderWithLines) -> Vec<Correction> {
    let proposed = before.iter().filter(|line| line.ai_extracted);
    let changed = proposed.filter_map(|old| {
        let new = after.lines.iter().find(|line| line.id == old.id);
        (new.map(meaning) != Some(meaning(old))).then(|| Correction {
            message_id: old.message_id,
            order_id: after.order.id,
            agent_type: crate::reading::AGENT_TYPE,
            input_text: old.ai_original_text.clone().unwrap_or_default(),
            proposed: meaning(old),
            right: new.map_or(Value::Null, meaning),
        })
    });
    changed.collect()
}

/// What a line says, apart from how it came about.
fn meaning(line: &order_line::Model) -> Value {
    json!({
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "product_name": line.product_id.map(|_| &line.product_name),
        "quantity": line.quantity_e4,
    })
}
