//! Variants of a product: its sizes, colours, volumes and weights.
pub(crate) mod deletion;

use crate::products;
use purser_entity_ordering::{
    product,
    product_variant::{self, Column, VariantType},
    texts::Texts,
};
use purser_kernel::{
    Expected, FieldError, Patch, UnitPrice,
    ids::{ProductId, ProductVariantId},
    text::Findings,
};
use purser_store::prelude::*;
use serde_json::{Value, json};

pub(crate) const SKU_INDEX: &str = "uq_product_variants_sku_normalized";
const MAX_VALUE: usize = 80;
const MAX_WORDS: usize = 50;
/// The most variants that a product has.
pub(crate) const MAX_VARIANTS: u64 = 200;

/// A variant that is to be created.
#[derive(Clone, Debug)]
pub struct NewVariant {
    /// Its own SKU, if it has one; unique among products and variants.
    pub sku: Option<String>,
    /// What varies.
    pub variant_type: VariantType,
    /// Such as `500 ml` or `red`.
    pub value: String,
    /// Added to the product's price, in 1/10,000 of its currency's major unit; may be negative.
    pub price_delta_e4: i64,
    /// Other names that customers use for the value.
    pub ai_aliases: Vec<String>,
}

/// What changes in a variant. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct VariantChange {
    /// As in [`NewVariant`].
    pub sku: Patch<String>,
    /// As in [`NewVariant`].
    pub variant_type: Option<VariantType>,
    /// As in [`NewVariant`].
    pub value: Option<String>,
    /// As in [`NewVariant`].
    pub price_delta_e4: Option<i64>,
    /// As in [`NewVariant`]; replaces the whole list.
    pub ai_aliases: Option<Vec<String>>,
}

/// A variant with its product, whose currency its price has.
pub type WithProduct = (product_variant::Model, product::Model);

/// The product's variants, the oldest first, and the product.
pub async fn list(
    tx: &ReadTx,
    product_id: ProductId,
    page: &PageRequest,
) -> Result<(Page<product_variant::Model>, product::Model), Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    let product = tx.get::<product::Entity>(product_id).await?;
    let variants = tx.find::<product_variant::Entity>().of(&product).order_by(Column::Id, Asc);
    Ok((variants.page(page).await?, product))
}

/// One variant.
pub async fn get(tx: &ReadTx, product_id: ProductId, id: ProductVariantId) -> Result<WithProduct, Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    load(tx, product_id, id).await
}

async fn load(tx: &ReadTx, product_id: ProductId, id: ProductVariantId) -> Result<WithProduct, Problem> {
    let product = tx.get::<product::Entity>(product_id).await?;
    let variant = tx.find::<product_variant::Entity>().of(&product).filter(Column::Id.eq(id)).one().await?;
    Ok((variant.ok_or_else(|| Problem::not_found("product variant"))?, product))
}

/// Creates a variant. `sku_taken` when another product or variant has its SKU.
pub async fn create(tx: &WriteTx, product_id: ProductId, new: NewVariant) -> Result<WithProduct, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    products::changed(tx).await?;
    let product = tx.get_for_update::<product::Entity>(product_id).await?;
    let siblings = tx.find::<product_variant::Entity>().of(&product).count().await?;
    if u64::try_from(siblings).is_ok_and(|siblings| siblings >= MAX_VARIANTS) {
        let message = format!("a product has at most {MAX_VARIANTS} variants");
        return Err(Problem::invalid("", "too_many", message));
    }
    let change = VariantChange {
        sku: new.sku.map_or(Patch::Absent, Patch::Value),
        variant_type: Some(new.variant_type),
        value: Some(new.value),
        price_delta_e4: Some(new.price_delta_e4),
        ai_aliases: Some(new.ai_aliases),
    };
    let change = checked(&product, change)?;
    require_free_sku(tx, &change, None).await?;
    let mut row = product_variant::ActiveModel {
        product_id: Set(product_id),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    };
    apply(change, &mut row);
    let variant = tx.insert(row).await.on_unique(SKU_INDEX, products::sku_taken)?;
    let entry = AuditEntry::new("product_variant.create", "product_variant", variant.id);
    tx.audit(entry.after(&view(&variant, &product))).await?;
    Ok((variant, product))
}

/// Changes a variant that has the version `expected`.
pub async fn update(
    tx: &WriteTx,
    product_id: ProductId,
    id: ProductVariantId,
    expected: impl Into<Expected>,
    change: VariantChange,
) -> Result<WithProduct, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    products::changed(tx).await?;
    let (before, product) = load(tx, product_id, id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(&product, change)?;
    require_free_sku(tx, &change, Some(id)).await?;
    let was = view(&before, &product);
    let updated = tx.update(before, |row| apply(change, row)).await;
    let variant = updated.on_unique(SKU_INDEX, products::sku_taken)?;
    let entry = AuditEntry::new("product_variant.update", "product_variant", id);
    tx.audit(entry.before(&was).after(&view(&variant, &product))).await?;
    Ok((variant, product))
}

/// Deletes a variant that has the version `expected`.
pub async fn delete(
    tx: &WriteTx,
    product_id: ProductId,
    id: ProductVariantId,
    expected: impl Into<Expected>,
) -> Result<(), Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    products::changed(tx).await?;
    let (variant, product) = load(tx, product_id, id).await?;
    tx.expect_version(&variant, expected)?;
    let was = view(&variant, &product);
    tx.soft_delete(variant).await?;
    tx.audit(AuditEntry::new("product_variant.delete", "product_variant", id).before(&was)).await
}

async fn require_free_sku(tx: &WriteTx, change: &VariantChange, own: Option<ProductVariantId>) -> Result<(), Problem> {
    let Patch::Value(sku) = &change.sku else {
        return Ok(());
    };
    products::require_free_sku(tx, Some(sku), own.map(ProductVariantId::as_uuid)).await
}

fn checked(product: &product::Model, change: VariantChange) -> Result<VariantChange, Problem> {
    let mut found = Findings::new();
    // Nobody is paid for taking goods.
    if change.price_delta_e4.is_some_and(|delta| product.base_price_e4.checked_add(delta).is_none_or(|price| price < 0))
    {
        let message = "must not make the product's base price negative or too large";
        found.add(FieldError::new("/price_delta", "out_of_range", message));
    }
    let value = found.check(text::optional_line("/value", change.value.as_deref(), MAX_VALUE))?.flatten();
    let sku = found.check(change.sku.try_map(|sku| products::checked_sku(&sku)))?.unwrap_or_default();
    let words = change.ai_aliases.map(|words| text::list("/ai_aliases", &words, MAX_WORDS, MAX_VALUE)).transpose();
    let ai_aliases = found.check(words)?.flatten();
    found.finish()?;
    Ok(VariantChange { sku, value, ai_aliases, ..change })
}

fn apply(change: VariantChange, row: &mut product_variant::ActiveModel) {
    let VariantChange { sku, variant_type, value, price_delta_e4, ai_aliases } = change;
    if let Some(sku) = sku.into_change() {
        row.sku_normalized = Set(sku.as_deref().map(text::normalized));
        row.sku = Set(sku);
    }
    if let Some(variant_type) = variant_type {
        row.variant_type = Set(variant_type);
    }
    if let Some(value) = value {
        row.value = Set(value);
    }
    if let Some(price_delta_e4) = price_delta_e4 {
        row.price_delta_e4 = Set(price_delta_e4);
    }
    if let Some(aliases) = ai_aliases {
        row.ai_aliases = Set(Texts(aliases));
    }
}

/// A variant as the audit trail shows it.
fn view(variant: &product_variant::Model, product: &product::Model) -> Value {
    json!({
        "product_id": variant.product_id,
        "sku": variant.sku,
        "value": variant.value,
        "price_delta": UnitPrice::from_e4(variant.price_delta_e4, product.currency).to_string(),
        "ai_aliases": variant.ai_aliases.0,
    })
}
