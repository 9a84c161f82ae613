//! A role that a person has.
use purser_kernel::{
    OrganizationId,
    ids::{MembershipId, MembershipRoleId, RoleId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership_roles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipRoleId,
    pub membership_id: MembershipId,
    pub role_id: RoleId,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, membership_id)", to = "(organization_id, id)")]
    pub membership: BelongsTo<super::membership::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
