//! What a reader or a model answered.
use purser_kernel::{
    Cost, OrganizationId,
    ids::{AiResponseId, MessageId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Feedback {
    Good,
    Bad,
    Corrected,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ai_responses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AiResponseId,
    pub message_id: Option<MessageId>,
    pub run_id: Option<Uuid>,
    /// Such as `order_processing`. Answers once for each message.
    pub agent_type: String,
    /// The model, or the name and version of a reader that needs none.
    pub model: String,
    pub content: Json,
    /// From 0 to 1.
    pub confidence: Option<f64>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub cost_nanos: Cost,
    pub latency_ms: i64,
    pub human_feedback: Option<Feedback>,
    pub feedback_by: Option<UserId>,
    pub feedback_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
