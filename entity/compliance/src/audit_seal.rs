//! A run of entries of the audit trail that was closed and signed. Append-only.
use purser_kernel::{OrganizationId, ids::AuditSealId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditSealId,
    /// From 1, without a gap. Unique.
    pub number: i64,
    /// How many entries it has.
    pub count: i32,
    /// The root of the Merkle tree over its entries' leaves (RFC 6962).
    pub merkle_root: Vec<u8>,
    /// That of the seal before; of the empty tree before the first.
    pub previous_root: Vec<u8>,
    /// When its latest entry was written.
    pub through: DateTimeUtc,
    /// The key that signed it.
    pub key_id: String,
    pub signature: Vec<u8>,
    /// When it was closed.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
