//! The provider's id of an event, taken once. A table of its own, so that events can be partitioned and purged.
use purser_kernel::{
    OrganizationId,
    ids::{InboundEventId, InboundEventKeyId, IntegrationId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_event_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundEventKeyId,
    pub integration_id: IntegrationId,
    /// Unique in the integration.
    pub provider_event_id: String,
    /// Without foreign key: the key outlives the event.
    pub event_id: InboundEventId,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
