//! Work that members do together.
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{ProjectId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    pub name: String,
    pub description: Option<String>,
    pub manager_id: Option<UserId>,
    pub is_active: bool,
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
