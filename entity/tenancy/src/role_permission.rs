//! A permission of a role that people made.
use purser_kernel::{
    OrganizationId,
    ids::{RoleId, RolePermissionId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_permissions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RolePermissionId,
    pub role_id: RoleId,
    /// Its name, such as `orders.confirm`.
    pub permission: String,
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, role_id)", to = "(organization_id, id)")]
    pub role: BelongsTo<super::role::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
