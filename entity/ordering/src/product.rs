//! What is sold.
use crate::texts::Texts;
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    Currency, OrganizationId,
    ids::{ProductCategoryId, ProductId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Kind {
    Goods,
    Subscription,
    Bundle,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub sku: String,
    /// Unique in the organization among what is not deleted.
    pub sku_normalized: String,
    pub name: String,
    /// The name, folded, to be searched.
    pub name_search: String,
    pub description: Option<String>,
    pub category_id: Option<ProductCategoryId>,
    pub kind: Kind,
    /// What one of it is, such as `piece`, `kg`, `seat`.
    pub unit: String,
    pub base_price_e4: i64,
    pub currency: Currency,
    /// Other names that customers use.
    pub aliases: Texts,
    pub keywords: Texts,
    /// Sentences in which the product was ordered.
    pub ai_training_examples: Texts,
    pub specs: Json,
    pub is_active: bool,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
    #[sea_orm(has_many)]
    pub variants: HasMany<super::product_variant::Entity>,
    #[sea_orm(has_many)]
    pub price_tiers: HasMany<super::price_tier::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
