//! A key that signs access tokens.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::SigningKeyId;
use sea_orm::entity::prelude::*;

/// What a key is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum State {
    /// It is published and signs nothing yet. One at the most.
    Next,
    /// It signs. One at the most.
    Active,
    /// It signs no more, and what it has signed is still good.
    Retiring,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SigningKeyId,
    /// The beginning of the public key's SHA-256. Unique.
    pub kid: String,
    /// As JWS names it (RFC 7518, RFC 8037): `EdDSA`.
    pub algorithm: String,
    pub state: State,
    pub public_key: Vec<u8>,
    /// Sealed under the master key.
    pub private_key_ciphertext: Vec<u8>,
    /// It does not sign before: others must have had the time to see it published.
    pub not_before: DateTimeUtc,
    /// When the last token that it has signed has run out.
    pub retires_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
