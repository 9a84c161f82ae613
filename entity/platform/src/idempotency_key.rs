//! The answer to a request that carried an `Idempotency-Key`, kept to be given again. The row is written in the transaction
//! of the request's effect: there is no row for a request that is still running or that failed.
use purser_kernel::{
    OrganizationId,
    ids::{EncryptionKeyId, IdempotencyKeyId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdempotencyKeyId,
    /// Kind and id, such as `user:0199…`.
    pub actor: String,
    pub method: String,
    pub path: String,
    pub key: String,
    /// SHA-256 over the body.
    pub request_hash: Vec<u8>,
    pub response_status: i32,
    /// Headers and body.
    pub response_ciphertext: Vec<u8>,
    pub response_key_id: EncryptionKeyId,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
