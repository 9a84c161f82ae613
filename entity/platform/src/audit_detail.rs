//! What is personal in an entry of the audit trail. It can be erased: the entry has its hash, and stays.
use purser_kernel::{
    OrganizationId,
    ids::{AuditDetailId, AuditLogId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_details")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditDetailId,
    /// The entry. Unique.
    pub audit_id: AuditLogId,
    /// Random, so that nobody finds by trying what a hash was made of.
    pub salt: Vec<u8>,
    /// `ip`, `user_agent`, and the personal values of `changes`, each where it stood.
    pub details: Json,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
