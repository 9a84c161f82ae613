//! A domain event, written in the transaction of what it tells.
use purser_kernel::{
    OrganizationId,
    ids::{OutboxEventId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxEventId,
    /// The place in the organization's order of events, given after commit. Empty until then.
    pub sequence: Option<i64>,
    /// Such as `order.confirmed`.
    pub event_type: String,
    /// Such as `order`.
    pub resource: String,
    pub resource_id: Uuid,
    pub payload: Json,
    /// The member who did it in person. Empty for programs, administrators and Purser's own work.
    pub actor_id: Option<UserId>,
    pub occurred_at: DateTimeUtc,
    pub dispatched_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
