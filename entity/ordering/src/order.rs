//! An order of a customer.
use purser_entity_core::{Stateful, Versioned};
use purser_kernel::{
    Currency, OrganizationId,
    ids::{ApprovalRequestId, ConversationId, CustomerId, DurationId, OrderId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Draft,
    /// A person has to look at what was read.
    Review,
    /// Looked at; waits to be confirmed.
    Pending,
    Confirmed,
    Fulfilled,
    Cancelled,
}

/// How it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Channel {
    Whatsapp,
    Sms,
    Email,
    Web,
    /// Typed in by a person.
    Manual,
    Api,
}

/// Where the question stands that its confirmation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ApprovalStatus {
    Pending,
    Approved,
    Rejected,
    Expired,
    Withdrawn,
    Superseded,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    /// Such as `SO-000001`. Unique in the organization, without gaps, given at once.
    pub number: String,
    pub customer_id: CustomerId,
    /// Through whom it was sold.
    pub distributor_id: Option<Uuid>,
    pub lead_id: Option<Uuid>,
    pub conversation_id: Option<ConversationId>,
    pub channel: Channel,
    /// The customer's own number for it.
    pub customer_reference: Option<String>,
    pub status: Status,
    /// A reader or a model made it from a message.
    pub ai_generated: bool,
    /// From 0 to 1: that of its least certain line.
    pub ai_confidence: Option<f64>,
    pub requires_review: bool,
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<DateTimeUtc>,
    pub currency: Currency,
    pub duration_id: Option<DurationId>,
    /// Lines at their undiscounted prices.
    pub subtotal_minor: i64,
    pub discount_total_minor: i64,
    pub tax_total_minor: i64,
    /// What the customer pays: subtotal less discount plus tax.
    pub total_minor: i64,
    pub requested_delivery_on: Option<Date>,
    pub notes: Option<String>,
    pub billing_metadata: Json,
    /// The request that its confirmation waits for, or was made binding by.
    pub approval_id: Option<ApprovalRequestId>,
    /// Where that request stands.
    pub approval_status: Option<ApprovalStatus>,
    pub confirmed_at: Option<DateTimeUtc>,
    pub cancelled_at: Option<DateTimeUtc>,
    /// Empty when an agent made it.
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
    #[sea_orm(has_many)]
    pub lines: HasMany<super::order_line::Entity>,
    #[sea_orm(has_many)]
    pub messages: HasMany<super::order_message::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
