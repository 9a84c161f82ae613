//! Deleted categories.
use super::check_parent;
use crate::{parent_deleted, products};
use async_trait::async_trait;
use purser_entity_ordering::{
    product,
    product_category::{self, Column},
};
use purser_kernel::ids::ProductCategoryId;
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Restorable},
    prelude::*,
};

/// Categories, as what is deleted.
pub(crate) struct DeletedCategories;

#[async_trait]
impl Restorable for DeletedCategories {
    fn about(&self) -> Deletable {
        Deletable {
            table: "product_categories",
            resource: "product_category",
            parts: &[],
            read: Permission::ProductsRead,
            manage: Permission::ProductsManage,
            is_personal: false,
            referred_to_by: &[],
            removed_first: &["products", "product_categories"],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        products::changed(tx).await?;
        let category = tx.restore::<product_category::Entity>(deletion).await?;
        let Some(parent) = category.parent_category_id else {
            return Ok(());
        };
        if tx.find_by_id::<product_category::Entity>(parent).await?.is_none() {
            return Err(parent_deleted("product_category", parent));
        }
        check_parent(tx, parent, Some(category.id)).await
    }

    /// What is in it was deleted before it: it comes back, if it does, without it.
    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        products::changed(tx).await?;
        let id = ProductCategoryId::from_uuid(deletion.resource_id);
        let within = product::Column::CategoryId.eq(id);
        tx.change_deleted::<product::Entity>(within, |row: &mut product::ActiveModel| row.category_id = Set(None))
            .await?;
        let apart = |row: &mut product_category::ActiveModel| row.parent_category_id = Set(None);
        tx.change_deleted::<product_category::Entity>(Column::ParentCategoryId.eq(id), apart).await?;
        tx.purge::<product_category::Entity>(Column::Id.eq(id)).await?;
        Ok(Progress::Done)
    }
}
