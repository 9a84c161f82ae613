//! A sign-in of a platform administrator. It counts once the second factor was shown, and cannot be renewed.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::{PlatformSessionId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "platform_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlatformSessionId,
    pub user_id: UserId,
    /// SHA-256 of what the right password brought.
    pub challenge_hash: Vec<u8>,
    pub challenge_expires_at: DateTimeUtc,
    /// When the second factor was shown. Empty: the session is worth nothing yet.
    pub confirmed_at: Option<DateTimeUtc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub expires_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
