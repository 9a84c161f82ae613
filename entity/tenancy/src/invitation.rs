//! An invitation to join an organization, sent to a mail address.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{InvitationId, RoleId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub email: String,
    /// Unique among invitations that are neither accepted nor revoked.
    pub email_normalized: String,
    /// What whoever accepts it becomes. Empty when the role was deleted after the invitation had ended.
    pub role_id: Option<RoleId>,
    /// How often a token was made for it. The latest alone is good.
    pub number: i32,
    /// SHA-256 of the latest token.
    pub token_hash: Vec<u8>,
    /// Who sent it last, and answers for the role in it. Empty: a platform administrator, to the first owner.
    pub invited_by: Option<UserId>,
    pub expires_at: DateTimeUtc,
    pub accepted_at: Option<DateTimeUtc>,
    pub accepted_by: Option<UserId>,
    pub revoked_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
