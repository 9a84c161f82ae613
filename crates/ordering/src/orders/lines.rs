//! Lines: what they cost, and what they add up to.
use crate::pricing;
use purser_entity_ordering::{
    alternatives::{Alternative, Alternatives},
    order, order_line, price_tier, product, product_variant,
};
use purser_kernel::{
    Currency, Money, MoneyError, Percent, Quantity, Timestamp,
    ids::{MessageId, OrderId, OrderLineId, ProductId, ProductVariantId},
};
use purser_store::prelude::*;
use std::collections::HashMap;

/// The most lines that an order has.
pub const MAX_LINES: usize = 500;
/// More tiers than the products of one order have: each has at most 50.
const MAX_TIERS: u64 = 25_000;

pub(super) async fn of(tx: &ReadTx, order: &order::Model) -> Result<Vec<order_line::Model>, Problem> {
    let limit = u64::try_from(MAX_LINES).unwrap_or(u64::MAX);
    tx.find::<order_line::Entity>().of(order).order_by(order_line::Column::LineNumber, Asc).all(limit).await
}

/// What prices are computed from: the products that lines name, their variants and tiers, read with three queries however many
/// lines there are.
pub(super) struct PriceList {
    products: HashMap<ProductId, product::Model>,
    variants: HashMap<ProductVariantId, product_variant::Model>,
    tiers: HashMap<ProductId, Vec<price_tier::Model>>,
    now: Timestamp,
}

impl PriceList {
    pub(super) async fn load(tx: &ReadTx, mut ids: Vec<ProductId>) -> Result<Self, Problem> {
        ids.sort_unstable();
        ids.dedup();
        let mut list =
            Self { products: HashMap::new(), variants: HashMap::new(), tiers: HashMap::new(), now: tx.now() };
        if ids.is_empty() {
            return Ok(list);
        }
        let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let named = || ids.iter().copied();
        let products = tx.find::<product::Entity>().filter(product::Column::Id.is_in(named())).all(limit).await?;
        list.products = products.into_iter().map(|row| (row.id, row)).collect();
        let variants = product_variant::Column::ProductId.is_in(named());
        let limit = limit.saturating_mul(crate::variants::MAX_VARIANTS);
        let variants = tx.find::<product_variant::Entity>().filter(variants).all(limit).await?;
        list.variants = variants.into_iter().map(|row| (row.id, row)).collect();
        let tiers = price_tier::Column::ProductId.is_in(named());
        for tier in tx.find::<price_tier::Entity>().filter(tiers).all(MAX_TIERS).await? {
            list.tiers.entry(tier.product_id).or_default().push(tier);
        }
        Ok(list)
    }

    pub(super) fn product(&self, id: ProductId) -> Option<&product::Model> {
        self.products.get(&id)
    }

    /// The variant, if it is one of this product.
    pub(super) fn variant(&self, product: ProductId, id: ProductVariantId) -> Option<&product_variant::Model> {
        self.variants.get(&id).filter(|variant| variant.product_id == product)
    }

    /// The product of the line and its variant, as far as they can stand on an order in `currency`.
    fn on_order(
        &self,
        line: &LineDraft,
        currency: Currency,
    ) -> Option<(&product::Model, Option<&product_variant::Model>)> {
        let product = self.product(line.product_id?).filter(|product| product.currency == currency)?;
        Some((product, line.variant_id.and_then(|id| self.variant(product.id, id))))
    }

    fn price(
        &self,
        product: &product::Model,
        variant: Option<&product_variant::Model>,
        quantity: Quantity,
    ) -> Result<pricing::LinePrice, MoneyError> {
        let tiers = self.tiers.get(&product.id).map(Vec::as_slice).unwrap_or_default();
        pricing::line_price(product, variant, tiers, quantity, self.now)
    }
}

/// A line before it is priced and numbered.
#[derive(Clone, Debug)]
pub(super) struct LineDraft {
    pub(super) id: Option<OrderLineId>,
    /// The message it was read from last.
    pub(super) message_id: Option<MessageId>,
    pub(super) product_id: Option<ProductId>,
    pub(super) variant_id: Option<ProductVariantId>,
    /// What stands on the line while there is no product.
    pub(super) fallback_name: String,
    pub(super) quantity: Quantity,
    pub(super) fallback_unit: String,
    pub(super) ai_extracted: bool,
    pub(super) ai_original_text: Option<String>,
    pub(super) ai_confidence: Option<f64>,
    pub(super) alternatives: Alternatives,
    pub(super) created_at: Option<Timestamp>,
}

impl LineDraft {
    /// The line as it stands, to be priced again.
    pub(super) fn of(line: &order_line::Model) -> Self {
        Self {
            id: Some(line.id),
            message_id: line.message_id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            fallback_name: line.product_name.clone(),
            quantity: line.quantity_e4,
            fallback_unit: line.unit.clone(),
            ai_extracted: line.ai_extracted,
            ai_original_text: line.ai_original_text.clone(),
            ai_confidence: line.ai_confidence,
            alternatives: line.alternatives.clone(),
            created_at: Some(line.created_at),
        }
    }

    /// One line without a product that says what others say.
    fn in_words(others: &[Self]) -> Self {
        let words = others.iter().map(|line| line.ai_original_text.as_ref().unwrap_or(&line.fallback_name));
        let words = words.map(String::as_str).collect::<Vec<_>>().join("; ");
        Self {
            id: None,
            message_id: None,
            product_id: None,
            variant_id: None,
            fallback_name: text::fit(&words, MAX_NAME),
            quantity: Quantity::ONE,
            fallback_unit: "piece".to_owned(),
            ai_extracted: true,
            ai_original_text: Some(text::fit(&words, MAX_WORDS)),
            ai_confidence: Some(0.0),
            alternatives: Alternatives::default(),
            created_at: None,
        }
    }

    /// Leaves it to a person whether the line is of this product.
    fn set_aside(&mut self, product: &product::Model, variant: Option<&product_variant::Model>) {
        let alternative = Alternative {
            product_id: product.id,
            variant_id: variant.map(|variant| variant.id),
            product_name: named(product, variant),
            confidence: self.ai_confidence.unwrap_or(1.0),
        };
        self.alternatives.0.insert(0, alternative);
        (self.product_id, self.variant_id, self.ai_confidence) = (None, None, Some(0.0));
    }
}

/// The currency of an order whose lines become those of `products`: its own, unless nothing on it has had a price so far.
pub(super) fn currency(
    order: &order::Model,
    lines: &[order_line::Model],
    mut products: impl Iterator<Item = ProductId>,
    prices: &PriceList,
) -> Currency {
    if lines.iter().any(|line| line.product_id.is_some()) {
        return order.currency;
    }
    products.find_map(|id| prices.product(id)).map_or(order.currency, |product| product.currency)
}

/// What the lines of an order add up to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Totals {
    pub(super) subtotal: Money,
    pub(super) total: Money,
}

/// Makes what a reader found fit into an order, since nobody can be told to write less. What cannot be priced, or added up with
/// the lines above it, waits for a person as a line without a product; what comes behind the last line that an order has is kept
/// there in the customer's words.
pub(super) fn fitting(mut drafts: Vec<LineDraft>, currency: Currency, prices: &PriceList) -> Vec<LineDraft> {
    if drafts.len() > MAX_LINES {
        let rest = drafts.split_off(MAX_LINES.saturating_sub(1));
        drafts.push(LineDraft::in_words(&rest));
    }
    let mut total = Money::zero(currency);
    for draft in &mut drafts {
        let Some((product, variant)) = prices.on_order(draft, currency) else {
            continue;
        };
        match prices.price(product, variant, draft.quantity).and_then(|price| total.checked_add(price.total)) {
            Ok(sum) => total = sum,
            Err(_) => draft.set_aside(product, variant),
        }
    }
    drafts
}

/// Prices and numbers the lines. What was deleted from the catalogue meanwhile becomes a line without a product.
pub(super) fn priced(
    order_id: OrderId,
    currency: Currency,
    drafts: Vec<LineDraft>,
    prices: &PriceList,
) -> Result<(Vec<order_line::ActiveModel>, Totals), Problem> {
    let mut total = Money::zero(currency);
    let mut rows = Vec::with_capacity(drafts.len());
    for (line_number, draft) in (1_i32..).zip(drafts) {
        let pointer = format!("/lines/{}/quantity", line_number - 1);
        let (product, variant) = prices.on_order(&draft, currency).unzip();
        let variant = variant.flatten();
        let price = product.map(|product| prices.price(product, variant, draft.quantity)).transpose();
        let price = price.map_err(|error| error.at(&pointer))?;
        let line_total = price.map_or(Money::zero(currency), |price| price.total);
        total = total.checked_add(line_total).map_err(|error| error.at(&pointer))?;
        rows.push(order_line::ActiveModel {
            id: Set(draft.id.unwrap_or_else(OrderLineId::generate)),
            order_id: Set(order_id),
            message_id: Set(draft.message_id),
            line_number: Set(line_number),
            product_id: Set(product.map(|product| product.id)),
            variant_id: Set(variant.map(|variant| variant.id)),
            product_name: Set(product.map_or(draft.fallback_name, |product| named(product, variant))),
            quantity_e4: Set(draft.quantity),
            unit: Set(product.map_or(draft.fallback_unit, |product| product.unit.clone())),
            unit_price_e4: Set(price.map_or(0, |price| price.unit_price.e4())),
            discount_bp: Set(Percent::ZERO),
            tax_rate_id: Set(None),
            line_total_minor: Set(line_total.minor()),
            ai_extracted: Set(draft.ai_extracted),
            ai_original_text: Set(draft.ai_original_text),
            ai_confidence: Set(draft.ai_confidence),
            alternatives: Set(draft.alternatives),
            created_at: draft.created_at.map_or(NotSet, Set),
            ..Default::default()
        });
    }
    Ok((rows, Totals { subtotal: total, total }))
}

/// The longest name and unit, and the most of a customer's words, that a line keeps.
pub(super) const MAX_NAME: usize = 200;
pub(super) const MAX_UNIT: usize = 32;
pub(super) const MAX_WORDS: usize = 4000;

/// Such as `Whole Milk (1 l)`.
pub(super) fn named(product: &product::Model, variant: Option<&product_variant::Model>) -> String {
    match variant {
        Some(variant) => text::fit(&format!("{} ({})", product.name, variant.value), MAX_NAME),
        None => product.name.clone(),
    }
}

/// Writes the lines in place of those that are there.
pub(super) async fn replace(tx: &WriteTx, order: OrderId, rows: Vec<order_line::ActiveModel>) -> Result<(), Problem> {
    tx.remove::<order_line::Entity>(order_line::Column::OrderId.eq(order)).await?;
    tx.insert_many(rows).await
}
