//! What should have been answered: makes the next answer better.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{MessageId, OrderId, TrainingExampleId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Source {
    ManualEntry,
    CorrectedAiOutput,
    AcceptedAiOutput,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "training_examples")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrainingExampleId,
    pub source: Source,
    /// Such as `order_processing`.
    pub agent_type: String,
    pub input_text: String,
    pub expected_output: Json,
    /// What was answered. Empty for a manual entry.
    pub ai_output: Option<Json>,
    /// Empty until a person says that agents may learn from it.
    pub approved_by: Option<UserId>,
    pub approved_at: Option<DateTimeUtc>,
    pub message_id: Option<MessageId>,
    pub order_id: Option<OrderId>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
