//! An address that an organization has its events sent to. How sending goes stands in `webhook_endpoint_states`.
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{EncryptionKeyId, UserId, WebhookEndpointId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// Why nothing is sent to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum DisabledReason {
    /// Somebody has switched it off.
    Requested,
    /// Nothing was taken there for days.
    Failing,
    /// It said that it is gone for good: 410.
    Gone,
}

/// Types of events, such as `order.confirmed`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct EventTypes(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    pub url: String,
    pub description: Option<String>,
    /// Empty for all there are, and will be.
    pub event_types: Option<EventTypes>,
    /// Whether what failed holds back what comes after it about the same resource.
    pub ordered: bool,
    /// Attempts in a minute. Empty for no limit.
    pub rate_limit: Option<i32>,
    pub max_attempts: i32,
    pub secret_ciphertext: Vec<u8>,
    pub secret_key_id: EncryptionKeyId,
    pub previous_secret_ciphertext: Option<Vec<u8>>,
    pub previous_secret_key_id: Option<EncryptionKeyId>,
    pub previous_secret_until: Option<DateTimeUtc>,
    pub is_active: bool,
    pub disabled_reason: Option<DisabledReason>,
    pub disabled_at: Option<DateTimeUtc>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
