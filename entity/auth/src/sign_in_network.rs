//! A network from which a person has signed in. Only `app.user_id` sees it.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::{SignInNetworkId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_networks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignInNetworkId,
    /// Unique with the network.
    pub user_id: UserId,
    /// An IPv4 address, mapped into IPv6, or the /64 of an IPv6 address.
    pub network: String,
    /// When a session was last opened from there.
    pub last_used_at: DateTimeUtc,
    /// Wrong passwords in a row that came from there; `user_credentials` counts those from everywhere else.
    pub failed_logins: i32,
    /// No attempt from there is looked at before.
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
