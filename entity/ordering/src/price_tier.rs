//! The price of a product from one quantity on. Tiers of one product neither overlap nor leave a gap.
use purser_kernel::{
    Currency, OrganizationId, Quantity,
    ids::{PriceTierId, ProductId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum PricingModel {
    /// Each unit costs what the tier it falls into says.
    Graduated,
    /// All units cost what the tier of the whole quantity says.
    Volume,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_tiers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceTierId,
    pub product_id: ProductId,
    pub currency: Currency,
    pub model: PricingModel,
    /// From here on, inclusive.
    pub min_quantity_e4: Quantity,
    /// Up to here, inclusive. Empty: without end.
    pub max_quantity_e4: Option<Quantity>,
    pub unit_price_e4: i64,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// From the lowest tier up, from 1.
    pub position: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, product_id)", to = "(organization_id, id)")]
    pub product: BelongsTo<super::product::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
