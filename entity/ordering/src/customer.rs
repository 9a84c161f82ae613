//! A company that buys.
use crate::address::Address;
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    Currency, OrganizationId,
    ids::{CustomerId, UserId},
};
use sea_orm::entity::prelude::*;

/// Follows from when it last ordered; nobody sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Ordering,
    AtRisk,
    StoppedOrdering,
    NoOrdersYet,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub business_name: String,
    /// Business name and code, folded, to be searched.
    pub name_search: String,
    /// Unique in the organization among what is not deleted.
    pub customer_code: String,
    pub status: Status,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<Address>,
    pub tax_id: Option<String>,
    /// Of its orders, unless an order says otherwise, and of `total_spent_minor`.
    pub currency: Currency,
    /// Such as `net_30`.
    pub payment_terms: Option<String>,
    /// Confirmed and fulfilled orders.
    pub total_orders: i32,
    /// The sum of their totals in `currency`.
    pub total_spent_minor: i64,
    pub last_ordered_at: Option<DateTimeUtc>,
    pub owner_id: Option<UserId>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
    #[sea_orm(has_many)]
    pub contacts: HasMany<super::customer_contact::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
