//! A set of permissions with a name.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{RoleId, UserId},
};
use sea_orm::entity::prelude::*;

/// Where the role applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Scope {
    Organization,
    Engagement,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    pub name: String,
    /// Lower case. Unique in the organization.
    pub name_normalized: String,
    pub description: Option<String>,
    /// Given to each organization; its permissions come from code and not from `role_permissions`.
    pub is_system: bool,
    /// From 0 to 100. Nobody gives or takes a role of a higher rank than their own.
    pub rank: i32,
    pub scope: Scope,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
    #[sea_orm(has_many)]
    pub permissions: HasMany<super::role_permission::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
