//! The role that a group of an organization's directory gives.
use purser_kernel::{
    OrganizationId,
    ids::{IdentityGroupRoleId, IntegrationId, RoleId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_group_roles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityGroupRoleId,
    pub integration_id: IntegrationId,
    /// As the directory names it; compared without regard to case.
    pub group_name: String,
    pub role_id: RoleId,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
