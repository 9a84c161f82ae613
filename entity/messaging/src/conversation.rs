//! A thread with one contact over one channel. At most one is open for each.
use purser_entity_core::{Stateful, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{ConversationId, CustomerId, IntegrationId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Channel {
    Whatsapp,
    Sms,
    Email,
    Web,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Open,
    Snoozed,
    Closed,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConversationId,
    /// Empty while nobody knows who writes.
    pub customer_id: Option<CustomerId>,
    pub channel: Channel,
    /// The contact's address in the channel, normalised: digits in international form, or a folded mail address.
    pub channel_address: String,
    /// As the provider or the contact gives it.
    pub contact_name: Option<String>,
    pub integration_id: IntegrationId,
    pub status: Status,
    pub assignee_id: Option<UserId>,
    pub unread_count: i32,
    pub last_message_at: Option<DateTimeUtc>,
    /// Opens the window in which a provider lets one answer freely.
    pub last_inbound_at: Option<DateTimeUtc>,
    pub ai_context_summary: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
    #[sea_orm(has_many)]
    pub messages: HasMany<super::message::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
