//! The answer to a request that carried an `Idempotency-Key`, kept to be given again.
use purser_kernel::{
    OrganizationId,
    ids::{EncryptionKeyId, IdempotencyKeyId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    /// Taken by a transaction that has not answered yet; never committed so.
    Running,
    Done,
}

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
    pub status: Status,
    pub response_status: Option<i32>,
    pub response_ciphertext: Option<Vec<u8>>,
    pub response_key_id: Option<EncryptionKeyId>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
