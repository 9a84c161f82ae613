//! Variants that were deleted by themselves.
use super::MAX_VARIANTS;
use crate::{
    OrderingProblem, parent_deleted,
    products::{self, deletion::sku_taken},
};
use async_trait::async_trait;
use purser_entity_ordering::{
    product,
    product_variant::{self, Column},
};
use purser_kernel::ids::ProductVariantId;
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Reference, Restorable},
    prelude::*,
};

/// Variants, as what is deleted.
pub(crate) struct DeletedVariants;

#[async_trait]
impl Restorable for DeletedVariants {
    fn about(&self) -> Deletable {
        Deletable {
            table: "product_variants",
            resource: "product_variant",
            parts: &[],
            read: Permission::ProductsRead,
            manage: Permission::ProductsManage,
            is_personal: false,
            referred_to_by: const { &[Reference::new("order_lines", "variant_id")] },
            removed_first: &[],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        products::changed(tx).await?;
        let product: purser_kernel::ids::ProductId = deletion
            .held("product_id")
            .and_then(|id| id.as_str()?.parse().ok())
            .ok_or_else(|| Problem::internal("a variant has a product"))?;
        let Some(product) = tx.find_by_id::<product::Entity>(product).await? else {
            return Err(parent_deleted("product", product));
        };
        let siblings = tx.find::<product_variant::Entity>().of(&product).count().await?;
        if u64::try_from(siblings).is_ok_and(|siblings| siblings >= MAX_VARIANTS) {
            let detail = format!("A product has at most {MAX_VARIANTS} variants.");
            return Err(Problem::of(OrderingProblem::VariantsFull).detail(detail));
        }
        let variant = tx.restore::<product_variant::Entity>(deletion).await.on_unique(super::SKU_INDEX, sku_taken)?;
        let own = ProductVariantId::from_uuid(deletion.resource_id);
        products::require_free_sku(tx, variant.sku.as_deref(), Some(own.as_uuid())).await
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        tx.purge::<product_variant::Entity>(Column::Id.eq(deletion.resource_id)).await?;
        Ok(Progress::Done)
    }
}
