//! Price tiers of a product.
use crate::products;
use purser_entity_ordering::{
    price_tier::{self, Column, PricingModel},
    product,
};
use purser_kernel::{Expected, FieldError, Quantity, UnitPrice, ids::ProductId};
use purser_store::prelude::*;
use serde_json::{Value, json};

/// The most tiers a product has.
pub const MAX_TIERS: usize = 50;

/// A tier that is to be set.
#[derive(Clone, Copy, Debug)]
pub struct NewTier {
    /// The same in all tiers of a product.
    pub model: PricingModel,
    /// The lowest quantity; 0 or 1 in the first tier, right above the tier below in the others.
    pub min_quantity: Quantity,
    /// The highest quantity, inclusive; only the last tier may do without.
    pub max_quantity: Option<Quantity>,
    /// What one unit costs, in the product's currency.
    pub unit_price: UnitPrice,
}

/// The product's tiers, from the lowest quantity up, and the product.
pub async fn list(tx: &ReadTx, product_id: ProductId) -> Result<(Vec<price_tier::Model>, product::Model), Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    let product = tx.get::<product::Entity>(product_id).await?;
    Ok((of(tx, &product).await?, product))
}

async fn of(tx: &ReadTx, product: &product::Model) -> Result<Vec<price_tier::Model>, Problem> {
    let limit = u64::try_from(MAX_TIERS).unwrap_or(u64::MAX);
    tx.find::<price_tier::Entity>().of(product).order_by(Column::Position, Asc).all(limit).await
}

/// Replaces all tiers of a product that has the version `expected`. An empty list leaves the base
/// price. `validation_failed` for a gap, an overlap, or two models.
pub async fn replace(
    tx: &WriteTx,
    product_id: ProductId,
    expected: impl Into<Expected>,
    tiers: Vec<NewTier>,
) -> Result<(Vec<price_tier::Model>, product::Model), Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    products::changed(tx).await?;
    let product = tx.get_for_update::<product::Entity>(product_id).await?;
    tx.expect_version(&product, expected)?;
    check(&product, &tiers)?;
    let before = view(&of(tx, &product).await?);
    tx.remove::<price_tier::Entity>(Column::ProductId.eq(product_id)).await?;
    let rows = (1..).zip(&tiers).map(|(position, tier)| price_tier::ActiveModel {
        product_id: Set(product_id),
        currency: Set(product.currency),
        model: Set(tier.model),
        min_quantity_e4: Set(tier.min_quantity),
        max_quantity_e4: Set(tier.max_quantity),
        unit_price_e4: Set(tier.unit_price.e4()),
        valid_from: Set(None),
        valid_to: Set(None),
        position: Set(position),
        ..Default::default()
    });
    tx.insert_many(rows).await?;
    // The price belongs to the product as its readers see it: its version counts this change, too.
    let product = tx.update(product, |_| {}).await?;
    let tiers = of(tx, &product).await?;
    let entry = AuditEntry::new("product.set_price_tiers", "product", product_id);
    tx.audit(entry.before(&before).after(&view(&tiers))).await?;
    Ok((tiers, product))
}

/// Gathers everything that is wrong, each fault at its tier.
fn check(product: &product::Model, tiers: &[NewTier]) -> Result<(), Problem> {
    if tiers.len() > MAX_TIERS {
        return Err(Problem::invalid("/tiers", "too_many", format!("must have at most {MAX_TIERS} entries")));
    }
    let mut errors = Vec::new();
    let mut below: Option<&NewTier> = None;
    for (position, tier) in tiers.iter().enumerate() {
        let mut fault = |field: &str, code, message: &str| {
            errors.push(FieldError::new(format!("/tiers/{position}/{field}"), code, message));
        };
        if tier.unit_price.currency() != product.currency {
            fault("currency", "currency_mismatch", &format!("must be {}, as the product's price", product.currency));
        }
        if tier.unit_price.e4() < 0 {
            fault("unit_price", "out_of_range", "must not be negative");
        }
        if tier.max_quantity.is_some_and(|max| max < tier.min_quantity || max <= Quantity::ZERO) {
            fault("max_quantity", "out_of_range", "must be at least min_quantity and more than 0");
        }
        match below {
            None if tier.min_quantity < Quantity::ZERO => fault("min_quantity", "out_of_range", "must not be negative"),
            None if tier.min_quantity > Quantity::ONE => {
                fault("min_quantity", "gap", "the first tier begins at 0 or 1");
            }
            None => {}
            Some(below) => {
                if let Some((code, message)) = seam(below, tier) {
                    fault("min_quantity", code, message);
                }
                if below.model != tier.model {
                    fault("model", "mixed_models", "must be the same in all tiers");
                }
            }
        }
        below = Some(tier);
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::validation(errors)) }
}

/// What is wrong between two tiers. The upper one begins above the lower one's end, and at most 1 above: goods sold by the piece
/// have 0–10 and 11–50, goods sold by weight may have 0–10 and 10.0001–50.
fn seam(below: &NewTier, above: &NewTier) -> Option<(&'static str, &'static str)> {
    let Some(end) = below.max_quantity else {
        return Some(("overlap", "the tier below has no end"));
    };
    if above.min_quantity <= end {
        return Some(("overlap", "begins within the tier below, whose upper bound is inclusive"));
    }
    match above.min_quantity.checked_sub(end) {
        Ok(distance) if distance <= Quantity::ONE => None,
        _ => Some(("gap", "leaves quantities above the tier below without a price")),
    }
}

/// Tiers as the audit trail shows them.
fn view(tiers: &[price_tier::Model]) -> Value {
    let tier = |tier: &price_tier::Model| {
        json!({
            "min_quantity": tier.min_quantity_e4,
            "max_quantity": tier.max_quantity_e4,
            "unit_price": UnitPrice::from_e4(tier.unit_price_e4, tier.currency).to_string(),
            "model": match tier.model { PricingModel::Graduated => "graduated", PricingModel::Volume => "volume" },
        })
    };
    json!({ "tiers": tiers.iter().map(tier).collect::<Vec<_>>() })
}
