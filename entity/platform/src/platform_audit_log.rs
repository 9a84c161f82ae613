//! What platform administrators did. Append-only: the application's role may not change or delete a row.
use crate::audit_log::Outcome;
use purser_entity_core::GlobalEntity;
use purser_kernel::{
    OrganizationId,
    ids::{PlatformAuditLogId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "platform_audit_logs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlatformAuditLogId,
    /// Empty: a command of the operator's.
    pub admin_id: Option<UserId>,
    /// Such as `organization.suspend`.
    pub action: String,
    pub outcome: Outcome,
    /// The organization that it was done to.
    pub organization_id: Option<OrganizationId>,
    /// The person that it was done to.
    pub person_id: Option<UserId>,
    /// What else there is to say, such as a reason. Nothing of an organization's own, and no secrets.
    pub details: Json,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
