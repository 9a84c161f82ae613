//! What a provider sent, as it came. Deduplicated by `inbound_event_keys`.
use purser_entity_core::Stateful;
use purser_kernel::{
    OrganizationId,
    ids::{InboundEventId, IntegrationId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Received,
    Processed,
    /// Its job comes back to it.
    Failed,
    /// Nobody comes back to it by themselves: nothing in it can be read, or every attempt failed.
    Dead,
    /// Nothing in it concerns us.
    Ignored,
}

/// The headers that help to understand an event, by lower-case name; none that carries a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Headers(pub BTreeMap<String, String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundEventId,
    pub integration_id: IntegrationId,
    pub provider: String,
    /// The hexadecimal SHA-256 of the body where the provider gives none.
    pub provider_event_id: String,
    pub signature_ok: bool,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub status: Status,
    pub attempts: i32,
    pub error: Option<String>,
    pub received_at: DateTimeUtc,
    pub processed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
