//! What a quantity of a product costs: its tiers, its variant, and one rounding at the line's total.
//!
//! Two models, as billing systems name them. *Graduated*: each unit costs what the tier it falls into says. *Volume*: all units
//! cost what the tier of the whole quantity says. A tier's upper bound belongs to it; a tier begins right after the one below
//! ends, so that 10.5 of something in tiers 0–10 and 11–50 costs what the second says. Where no tier reaches, the base price
//! holds.
use purser_entity_ordering::{
    price_tier::{self, PricingModel},
    product, product_variant,
};
use purser_kernel::{Currency, Money, MoneyError, Percent, Quantity, Timestamp, UnitPrice};

/// What a line costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinePrice {
    /// What one unit costs. With graduated tiers, what the last unit costs.
    pub unit_price: UnitPrice,
    /// What the quantity costs, rounded once, half away from zero.
    pub total: Money,
}

/// A price from one quantity to another, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// How tiers are applied; the same in all tiers of a product.
    pub model: PricingModel,
    /// The lowest quantity.
    pub min: Quantity,
    /// The highest quantity; none: without end.
    pub max: Option<Quantity>,
    /// What one unit costs.
    pub unit_price: UnitPrice,
}

impl From<&price_tier::Model> for Tier {
    fn from(row: &price_tier::Model) -> Self {
        Self {
            model: row.model,
            min: row.min_quantity_e4,
            max: row.max_quantity_e4,
            unit_price: UnitPrice::from_e4(row.unit_price_e4, row.currency),
        }
    }
}

/// What `quantity` of `product` costs in the product's currency. `tiers` are all of the product's, in any order; those of other
/// currencies and days are passed over.
pub fn line_price(
    product: &product::Model,
    variant: Option<&product_variant::Model>,
    tiers: &[price_tier::Model],
    quantity: Quantity,
    now: Timestamp,
) -> Result<LinePrice, MoneyError> {
    let currency = product.currency;
    let today = now.date_naive();
    let valid = |tier: &&price_tier::Model| {
        tier.currency == currency
            && tier.valid_from.is_none_or(|from| from <= today)
            && tier.valid_to.is_none_or(|to| to >= today)
    };
    let mut tiers: Vec<Tier> = tiers.iter().filter(valid).map(Tier::from).collect();
    tiers.sort_by_key(|tier| tier.min);
    let base = UnitPrice::from_e4(product.base_price_e4, currency);
    let delta = UnitPrice::from_e4(variant.map_or(0, |variant| variant.price_delta_e4), currency);
    price(currency, base, delta, &tiers, quantity)
}

/// As [`line_price`], without rows.
pub fn price(
    currency: Currency,
    base: UnitPrice,
    delta: UnitPrice,
    tiers: &[Tier],
    quantity: Quantity,
) -> Result<LinePrice, MoneyError> {
    let mut parts = Vec::new();
    for (unit_price, part) in split(base, tiers, quantity)? {
        // Prices change after their variants' differences were checked against them, and nobody is paid for taking goods.
        let e4 = unit_price.checked_add(delta)?.e4().max(0);
        parts.push((UnitPrice::from_e4(e4, currency), part));
    }
    let last = parts.last().map_or(Ok(base), |(unit_price, _)| Ok(*unit_price))?;
    Ok(LinePrice { unit_price: last, total: UnitPrice::line_total(currency, parts, Percent::ZERO)? })
}

/// The parts of the quantity and what a unit of each costs, from the first unit to the last.
fn split(base: UnitPrice, tiers: &[Tier], quantity: Quantity) -> Result<Vec<(UnitPrice, Quantity)>, MoneyError> {
    let Some(first) = tiers.first() else {
        return Ok(vec![(base, quantity)]);
    };
    let within = |tier: &&Tier| tier.max.is_none_or(|max| quantity <= max);
    if first.model == PricingModel::Volume {
        let unit_price = tiers.iter().find(within).map_or(base, |tier| tier.unit_price);
        return Ok(vec![(unit_price, quantity)]);
    }
    let mut parts = Vec::new();
    let mut below = Quantity::ZERO;
    for tier in tiers {
        let end = tier.max.map_or(quantity, |max| max.min(quantity));
        if end > below {
            parts.push((tier.unit_price, end.checked_sub(below)?));
            below = end;
        }
    }
    if quantity > below {
        parts.push((base, quantity.checked_sub(below)?));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests;
