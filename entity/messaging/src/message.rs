//! A message, in or out.
use purser_entity_core::Stateful;
use purser_kernel::{
    OrganizationId,
    ids::{ConversationId, IntegrationId, MessageId, UserId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ContentType {
    Text,
    Image,
    Document,
    Audio,
    Video,
    Sticker,
    Location,
    Contacts,
    Interactive,
    Button,
    Order,
    Reaction,
    Unsupported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Received,
    Queued,
    Sent,
    Delivered,
    Read,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Intent {
    Order,
    Question,
    Complaint,
    Greeting,
    Other,
}

/// Replies that a person can send as they are, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct SuggestedResponses(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    pub conversation_id: ConversationId,
    /// The conversation's; here because the provider's ids are unique in it.
    pub integration_id: IntegrationId,
    pub direction: Direction,
    pub is_from_customer: bool,
    /// The person who sent it. Empty for the customer, an agent or the system.
    pub sender_id: Option<UserId>,
    /// What can be read as text; empty for a picture without caption.
    pub content: String,
    pub content_type: ContentType,
    /// The structured part: items of an order, a reaction, the choice in an interactive message.
    pub payload: Option<Json>,
    /// The provider's id. Unique in the integration.
    pub external_id: Option<String>,
    pub status: Status,
    /// When the status was reached, by the provider's clock: reports that come late are recognised by it.
    pub status_at: DateTimeUtc,
    pub error: Option<String>,
    /// By the provider's clock.
    pub sent_at: Option<DateTimeUtc>,
    pub ai_processed: bool,
    pub ai_extracted_intent: Option<Intent>,
    /// From 0 to 1.
    pub ai_confidence: Option<f64>,
    pub ai_suggested_responses: SuggestedResponses,
    pub reply_to_id: Option<MessageId>,
    /// Kept also when the message it answers never reached us.
    pub reply_to_external_id: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, conversation_id)", to = "(organization_id, id)")]
    pub conversation: BelongsTo<super::conversation::Entity>,
    #[sea_orm(has_many)]
    pub attachments: HasMany<super::message_attachment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
