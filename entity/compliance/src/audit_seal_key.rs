//! A key that signs seals. Its public half is published for as long as there are seals.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::AuditSealKeyId;
use sea_orm::entity::prelude::*;

/// What a key is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum State {
    /// It signs. One at the most.
    Active,
    /// It signs no more, and what it has signed is still good.
    Retired,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seal_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditSealKeyId,
    /// The beginning of the public key's SHA-256. Unique.
    pub kid: String,
    pub state: State,
    /// Ed25519 (RFC 8032).
    pub public_key: Vec<u8>,
    /// Sealed under the master key.
    pub private_key_ciphertext: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
