//! A member who works in a project.
use purser_kernel::{
    OrganizationId,
    ids::{ProjectId, ProjectMemberId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectMemberId,
    pub project_id: ProjectId,
    /// Unique in the project.
    pub user_id: UserId,
    /// What they do in it, in words. It gives no rights.
    pub role: Option<String>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
