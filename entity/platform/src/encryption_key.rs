//! A key of an organization, wrapped by the master key.
use purser_kernel::{OrganizationId, ids::EncryptionKeyId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    /// Seals and opens. One for each purpose.
    Active,
    /// Opens what is left on it.
    Retiring,
    /// Nothing is left on it.
    Retired,
    /// Gone for good, and what is left on it with it.
    Destroyed,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "encryption_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EncryptionKeyId,
    pub purpose: String,
    pub version: i32,
    /// Nonce and ciphertext of the 32 bytes; never the key itself. Empty once it is destroyed.
    pub wrapped_key: Vec<u8>,
    pub status: Status,
    /// When another took its place, or it was destroyed.
    pub rotated_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
