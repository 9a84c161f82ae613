//! The key under which a use is counted once. A table of its own, so that events can be partitioned and purged.
use purser_kernel::{
    OrganizationId,
    ids::{UsageEventId, UsageEventKeyId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_event_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UsageEventKeyId,
    pub source: String,
    /// Unique in the source.
    pub idempotency_key: String,
    /// Without foreign key: the key outlives the event.
    pub event_id: UsageEventId,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
