//! What becomes of orders.
use super::{MANY, picked};
use crate::events::{
    ledger::{KEPT, Left, NOTHING, WRITTEN},
    shop::Shop,
};
use purser_entity_ordering::order::{self, Channel, Status};
use purser_kernel::{Patch, Problem, Quantity, ids::ProductId};
use purser_ordering::{
    orders::{self, DraftLine, OrderDraft, OrderEdit},
    reader::Effect,
};
use purser_store::WriteTx;
use strum::VariantArray;

#[derive(Clone, Copy, Debug, VariantArray)]
pub(in crate::events) enum OrderAct {
    /// Of something that nobody knows.
    DraftUnknown,
    /// Of a product, which can be confirmed as it is.
    DraftKnown,
    Edit,
    Confirm,
    Cancel,
}

impl OrderAct {
    pub(super) async fn run(self, shop: &Shop, tx: &WriteTx, name: &str, pick: usize) -> Result<Left, Problem> {
        let orders = &shop.app.app().services().orders;
        match self {
            Self::DraftUnknown => {
                let Some(draft) = draft(shop, name, pick, None) else { return Ok(NOTHING) };
                orders::create(tx, draft).await?;
                Ok(WRITTEN)
            }
            Self::DraftKnown => {
                let product = picked(shop.products.to_vec(), pick);
                let Some(draft) = draft(shop, name, pick, product) else { return Ok(NOTHING) };
                orders::create(tx, draft).await?;
                Ok(KEPT)
            }
            Self::Edit => {
                let open = [Status::Draft, Status::Review, Status::Pending];
                let Some(order) = order(tx, pick, &open).await? else { return Ok(NOTHING) };
                let edit = OrderEdit { notes: Patch::Value(name.to_owned()), ..OrderEdit::default() };
                orders.edit(tx, order.id, order.version, edit).await?;
                Ok(WRITTEN)
            }
            Self::Confirm => {
                if let Some(order) = order(tx, pick, &[Status::Pending]).await? {
                    orders.confirm(tx, order.id, order.version).await?;
                }
                Ok(NOTHING)
            }
            Self::Cancel => {
                // One that is cancelled already is refused.
                let all = [Status::Review, Status::Pending, Status::Confirmed, Status::Cancelled];
                let Some(order) = order(tx, pick, &all).await? else { return Ok(NOTHING) };
                orders.cancel(tx, order.id, order.version, Some(name.to_owned())).await?;
                Ok(KEPT)
            }
        }
    }
}

/// An order in one of these states.
async fn order(tx: &WriteTx, pick: usize, states: &[Status]) -> Result<Option<order::Model>, Problem> {
    let mut orders = tx.find::<order::Entity>().all(MANY).await?;
    orders.retain(|order| states.contains(&order.status));
    Ok(picked(orders, pick))
}

/// An order in these words of somebody who has written.
fn draft(shop: &Shop, words: &str, pick: usize, product_id: Option<ProductId>) -> Option<OrderDraft> {
    let (customer_id, conversation_id, message_id) = picked(shop.written.to_vec(), pick)?;
    let line = DraftLine {
        effect: Effect::Add,
        product_id,
        variant_id: None,
        quantity: Quantity::ONE,
        unit: None,
        original_text: words.to_owned(),
        confidence: 0.95,
        alternatives: Vec::new(),
    };
    Some(OrderDraft {
        customer_id,
        conversation_id,
        message_id,
        channel: Channel::Whatsapp,
        default_currency: "EUR".parse().unwrap(),
        threshold: 0.85,
        lines: vec![line],
    })
}
