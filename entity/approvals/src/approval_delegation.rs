//! Somebody decides for somebody else for a time.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{ApprovalDelegationId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_delegations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalDelegationId,
    pub from_user: UserId,
    pub to_user: UserId,
    /// Such as `order`. Empty: of every subject.
    pub subject: Option<String>,
    pub since: DateTimeUtc,
    /// No longer then.
    pub until: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
