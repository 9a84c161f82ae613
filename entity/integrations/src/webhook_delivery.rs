//! An event that is sent to an endpoint, once however often it is tried.
use purser_entity_core::Stateful;
use purser_kernel::{
    OrganizationId,
    ids::{OutboxEventId, WebhookDeliveryId, WebhookEndpointId},
};
use sea_orm::entity::prelude::*;

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    /// Was not tried yet.
    Pending,
    /// Was tried in vain and will be again.
    Retrying,
    /// The endpoint took it.
    Success,
    /// Is not tried any more.
    Failed,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookEndpointId,
    /// The receiver's `webhook-id`.
    pub event_id: OutboxEventId,
    pub event_type: String,
    pub resource_id: Uuid,
    /// The event's place in the organization's order of events; 0 for a test.
    pub sequence: i64,
    /// The body as it is sent.
    pub payload: Json,
    pub status: Status,
    /// All that were begun.
    pub attempts: i64,
    /// Those that failed since it was queued or sent again: where it stands in the schedule.
    pub tries: i32,
    /// Empty while an earlier one of the same resource has to be sent first, and when there is nothing left to do.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// While an attempt goes on.
    pub leased_until: Option<DateTimeUtc>,
    /// Why the last attempt failed, or why there is none.
    pub error: Option<String>,
    pub completed_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
