//! A person's password. One row for each; only `app.user_id` sees it.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::{UserCredentialId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserCredentialId,
    /// Unique.
    pub user_id: UserId,
    /// PHC string. Empty for people that a directory vouches for.
    pub password_hash: Option<String>,
    pub changed_at: Option<DateTimeUtc>,
    /// In a row, from networks that are not in `sign_in_networks`.
    pub failed_logins: i32,
    /// No attempt from there is looked at before.
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
