//! Deleted products: they come back with their variants, or go for good.
use super::changed;
use crate::{OrderingProblem, parent_deleted};
use async_trait::async_trait;
use purser_entity_ordering::{
    product::{self, Column},
    product_category, product_variant,
};
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Reference, Restorable},
    prelude::*,
};

/// Products, as what is deleted.
pub(crate) struct DeletedProducts;

#[async_trait]
impl Restorable for DeletedProducts {
    fn about(&self) -> Deletable {
        Deletable {
            table: "products",
            resource: "product",
            parts: &["product_variants"],
            read: Permission::ProductsRead,
            manage: Permission::ProductsManage,
            is_personal: false,
            // A line with a variant names the product, too.
            referred_to_by: const { &[Reference::new("order_lines", "product_id")] },
            removed_first: &[],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        changed(tx).await?;
        let product = tx.restore::<product::Entity>(deletion).await.on_unique(super::SKU_INDEX, sku_taken)?;
        let variants = tx.restore_parts::<product_variant::Entity>(deletion).await;
        let variants = variants.on_unique(crate::variants::SKU_INDEX, sku_taken)?;
        if let Some(category) = product.category_id
            && tx.find_by_id::<product_category::Entity>(category).await?.is_none()
        {
            return Err(parent_deleted("product_category", category));
        }
        require_free_skus(tx, &product, &variants).await
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        tx.purge::<product::Entity>(Column::Id.eq(deletion.resource_id)).await?;
        Ok(Progress::Done)
    }

    /// Nothing in it is about people. Its category may go one day.
    async fn empty(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        let own = Column::Id.eq(deletion.resource_id);
        tx.change_deleted::<product::Entity>(own, |row: &mut product::ActiveModel| row.category_id = Set(None)).await?;
        Ok(Progress::Done)
    }
}

pub(crate) fn sku_taken() -> Problem {
    let detail = "Another product or variant has the SKU by now, of the product or of one of its variants.";
    Problem::of(OrderingProblem::SkuTaken).detail(detail)
}

/// A product's SKU may be a variant's by now, and the other way round: no index sees both tables.
async fn require_free_skus(
    tx: &WriteTx,
    product: &product::Model,
    variants: &[product_variant::Model],
) -> Result<(), Problem> {
    let of_variants = variants.iter().filter_map(|variant| variant.sku_normalized.clone());
    let product_has = Column::SkuNormalized.is_in(of_variants).and(Column::Id.ne(product.id));
    let variant_has = product_variant::Column::SkuNormalized
        .eq(product.sku_normalized.as_str())
        .and(product_variant::Column::ProductId.ne(product.id));
    let taken = tx.find::<product::Entity>().filter(product_has).exists().await?
        || tx.find::<product_variant::Entity>().filter(variant_has).exists().await?;
    if taken { Err(sku_taken()) } else { Ok(()) }
}
