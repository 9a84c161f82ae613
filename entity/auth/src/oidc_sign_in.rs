//! A sign-in with an organization's OpenID provider that was begun. Its row goes when it is completed.
use purser_kernel::{
    OrganizationId,
    ids::{IntegrationId, OidcSignInId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oidc_sign_ins")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OidcSignInId,
    pub integration_id: IntegrationId,
    /// SHA-256 of what the client was given. Unique. State, nonce and verifier follow from that and the master key.
    pub token_hash: Vec<u8>,
    pub expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
