//! A node of the catalogue's tree.
use crate::texts::Texts;
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{ProductCategoryId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_categories")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductCategoryId,
    pub parent_category_id: Option<ProductCategoryId>,
    pub name: String,
    /// Words that point to this category in a message.
    pub ai_keywords: Texts,
    pub sort_order: i32,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
