//! A secret that an organization has Purser keep. Replaced as a whole, and never shown again.
use purser_kernel::{
    OrganizationId,
    ids::{EncryptionKeyId, OrganizationSecretId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_secrets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationSecretId,
    /// Such as `openai_api_key`. Unique.
    pub name: String,
    /// The value, sealed.
    pub ciphertext: Vec<u8>,
    /// The organization's key that opens it.
    pub key_id: EncryptionKeyId,
    /// When somebody gave the value that is there.
    pub last_rotated_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
