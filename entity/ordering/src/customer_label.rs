//! A word that an organization sorts its customers by.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{CustomerLabelId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_labels")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerLabelId,
    pub name: String,
    /// Unique in the organization.
    pub name_normalized: String,
    /// As in CSS: `#` and six hexadecimal digits in lower case.
    pub color: String,
    /// Every organization got it; it cannot be deleted.
    pub is_predefined: bool,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
