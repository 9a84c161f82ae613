//! One metered use. Append-only; counted once by `usage_event_keys`.
use purser_kernel::{
    Cost, OrganizationId, Quantity,
    ids::{UsageEventId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UsageEventId,
    /// Who metered it, such as `messaging`.
    pub source: String,
    /// Unique in the source.
    pub idempotency_key: String,
    /// Such as `llm_call`, `message_sent`, `storage`, `webhook`, `search`.
    pub resource_type: String,
    pub quantity_e4: Quantity,
    /// Such as `token`, `message`, `byte`.
    pub unit: String,
    pub cost_nanos: Cost,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub success: bool,
    pub latency_ms: Option<i64>,
    pub tokens_in: i64,
    pub tokens_cached: i64,
    pub tokens_reasoning: i64,
    pub tokens_out: i64,
    pub user_id: Option<UserId>,
    pub project_id: Option<Uuid>,
    pub engagement_id: Option<Uuid>,
    pub agent_run_id: Option<Uuid>,
    /// The month in UTC, such as `2026-11`.
    pub billing_period: String,
    pub occurred_at: DateTimeUtc,
    pub extra: Json,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
