//! What a message does to the lines that are there, and how certain an order is.
use super::DraftLine;
use crate::{
    orders::lines::{self, LineDraft},
    reader::Effect,
};
use purser_entity_ordering::{order::Status, order_line};
use purser_kernel::Quantity;
use purser_store::prelude::*;

/// Plays one line onto the lines that are there.
pub(super) fn play(drafts: &mut Vec<LineDraft>, line: &DraftLine, new: LineDraft) {
    let same = |draft: &LineDraft| {
        draft.product_id.is_some() && draft.product_id == new.product_id && draft.variant_id == new.variant_id
    };
    let position = drafts.iter().position(same);
    match (line.effect, position) {
        (Effect::Remove, Some(position)) => {
            drafts.remove(position);
        }
        (Effect::Remove, None) => {}
        (Effect::Add, Some(position)) => {
            let sum = drafts.get(position).and_then(|draft| draft.quantity.checked_add(line.quantity).ok());
            match (drafts.get_mut(position), sum) {
                (Some(draft), Some(sum)) => restate(draft, new, sum),
                // More than one line can hold.
                _ => drafts.push(new),
            }
        }
        (Effect::Set, Some(position)) => {
            if let Some(draft) = drafts.get_mut(position) {
                restate(draft, new, line.quantity);
            }
        }
        (Effect::Add | Effect::Set, None) => drafts.push(new),
    }
}

/// The line has a new quantity; it is as certain as the less certain of what made it.
fn restate(draft: &mut LineDraft, new: LineDraft, quantity: Quantity) {
    draft.quantity = quantity;
    draft.message_id = new.message_id;
    draft.ai_extracted = true;
    draft.ai_confidence = match (draft.ai_confidence, new.ai_confidence) {
        (Some(old), Some(new)) => Some(old.min(new)),
        (old, new) => new.or(old),
    };
    let words = [draft.ai_original_text.take(), new.ai_original_text].into_iter().flatten();
    draft.ai_original_text = Some(text::fit(&words.collect::<Vec<_>>().join("; "), lines::MAX_WORDS));
}

/// To 4 places: more is noise.
pub(super) fn rounded(confidence: f64) -> f64 {
    (confidence * 10_000.0).round() / 10_000.0
}

/// The order's confidence is that of its least certain line; a line without a product leaves none.
pub(super) fn judge(rows: &[order_line::ActiveModel], threshold: f64) -> (f64, Status) {
    let certainty = |row: &order_line::ActiveModel| {
        let known = row.product_id.try_as_ref().is_some_and(Option::is_some);
        let confidence = row.ai_confidence.try_as_ref().copied().flatten().unwrap_or(1.0);
        if known { confidence } else { 0.0 }
    };
    let confidence = rows.iter().map(certainty).fold(1.0, f64::min);
    let complete = rows.iter().all(|row| row.product_id.try_as_ref().is_some_and(Option::is_some));
    let status = if complete && confidence >= threshold { Status::Pending } else { Status::Review };
    (confidence, status)
}

#[cfg(test)]
mod tests;
