//! A sign-in at one device.
use purser_entity_core::GlobalEntity;
use purser_kernel::{
    OrganizationId,
    ids::{IntegrationId, SessionId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub user_id: UserId,
    /// The organization it acts in. Empty until one is chosen.
    pub organization_id: Option<OrganizationId>,
    /// The connection that vouched for its holder; empty for those who have a password here. Such a session stays in its
    /// organization.
    pub integration_id: Option<IntegrationId>,
    /// It is not renewed after this time unless the directory or the provider is asked again.
    pub vouched_until: Option<DateTimeUtc>,
    /// Whether an OpenID provider has asked for a second factor.
    pub second_factor_vouched: bool,
    /// The refresh token with which an OpenID provider is asked again; sealed under a key that follows from the master key.
    pub provider_token_ciphertext: Option<Vec<u8>>,
    /// Somebody asks the provider until then: each of its refresh tokens works once.
    pub check_claimed_until: Option<DateTimeUtc>,
    /// The platform administrator whose session it is: they act for its holder. It cannot be renewed.
    pub acting_admin_id: Option<UserId>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub last_seen_at: DateTimeUtc,
    /// Unless it is renewed.
    pub expires_at: DateTimeUtc,
    /// However often it is renewed.
    pub ends_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    /// `signed_out`, `ended`, `token_reused`, `password_changed`, `password_reset`, `not_vouched`, `account_disabled` or `mfa_reset`.
    pub revoked_reason: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
