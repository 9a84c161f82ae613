//! A product in one size, colour, volume or weight.
use crate::texts::Texts;
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{ProductId, ProductVariantId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum VariantType {
    Size,
    Color,
    Volume,
    Weight,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_variants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductVariantId,
    pub product_id: ProductId,
    pub sku: Option<String>,
    /// Unique in the organization among what is not deleted.
    pub sku_normalized: Option<String>,
    pub variant_type: VariantType,
    /// Such as `500 ml`.
    pub value: String,
    /// Added to the product's price; may be negative.
    pub price_delta_e4: i64,
    /// Other names that customers use for the value.
    pub ai_aliases: Texts,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
    #[sea_orm(belongs_to, from = "(organization_id, product_id)", to = "(organization_id, id)")]
    pub product: BelongsTo<super::product::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
