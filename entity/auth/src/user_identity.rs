//! What an organization's directory or OpenID provider knows a person by. A person from elsewhere is (organization, integration, subject), never a
//! mail address.
use purser_kernel::{
    OrganizationId,
    ids::{IntegrationId, UserId, UserIdentityId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserIdentityId,
    pub integration_id: IntegrationId,
    /// What never changes about the person there, such as `entryUUID` or `sub`. Unique in the integration.
    pub subject: String,
    pub user_id: UserId,
    /// What was said of the person last: name, mail address, groups.
    pub profile: Json,
    /// Wrong passwords in a row.
    pub failures: i32,
    /// No password is looked at before.
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
