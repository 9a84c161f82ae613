//! An entry's place in a seal. Append-only.
use purser_kernel::{
    OrganizationId,
    ids::{AuditLogId, AuditSealEntryId, AuditSealId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seal_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditSealEntryId,
    pub seal_id: AuditSealId,
    pub seal_number: i64,
    /// From 0.
    pub position: i32,
    /// Unique: an entry is sealed once.
    pub audit_id: AuditLogId,
    /// The hash of the entry, as the tree has it.
    pub leaf: Vec<u8>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
