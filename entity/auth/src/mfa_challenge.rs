//! A right password that waits for its second factor. Only `app.user_id` sees it.
use purser_entity_core::GlobalEntity;
use purser_kernel::{
    OrganizationId,
    ids::{IntegrationId, MfaChallengeId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mfa_challenges")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MfaChallengeId,
    pub user_id: UserId,
    /// Where the session will act.
    pub organization_id: OrganizationId,
    /// The directory that has looked at the password, and until when it is not asked again; empty for those who have a password
    /// here.
    pub integration_id: Option<IntegrationId>,
    pub vouched_until: Option<DateTimeUtc>,
    /// SHA-256. Unique.
    pub token_hash: Vec<u8>,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
