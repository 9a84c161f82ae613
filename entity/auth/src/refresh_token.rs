//! A token that renews a session, once. A used one that comes back revokes the session.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::{RefreshTokenId, SessionId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshTokenId,
    pub session_id: SessionId,
    pub user_id: UserId,
    /// SHA-256. Unique.
    pub token_hash: Vec<u8>,
    pub issued_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
    pub expires_at: DateTimeUtc,
    pub replaced_by: Option<RefreshTokenId>,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
