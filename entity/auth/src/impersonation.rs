//! A time in which a platform administrator acts for a person in an organization. It has the id of its session.
use purser_entity_core::GlobalEntity;
use purser_kernel::{
    OrganizationId,
    ids::{ImpersonationId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "impersonations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImpersonationId,
    pub admin_id: UserId,
    pub organization_id: OrganizationId,
    pub person_id: UserId,
    pub reason: String,
    pub expires_at: DateTimeUtc,
    /// When it was ended before its time.
    pub ended_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
