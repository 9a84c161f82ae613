//! What readers and models answered.
use crate::AiResponse;
use purser_entity_agents::ai_response::{Column, Entity, Feedback};
use purser_kernel::ids::MessageId;
use purser_store::prelude::*;

/// Which answers are asked for.
#[derive(Clone, Debug, Default)]
pub struct AiResponseFilter {
    /// Only answers of this kind of agent, such as `order_processing`.
    pub agent_type: Option<String>,
    /// Only answers to this message.
    pub message_id: Option<MessageId>,
    /// Only answers of which people said this.
    pub human_feedback: Option<Feedback>,
}

/// Answers, the newest first. `forbidden` without `training.read`.
pub async fn list(tx: &ReadTx, filter: AiResponseFilter, page: &PageRequest) -> Result<Page<AiResponse>, Problem> {
    tx.scope().require(Permission::TrainingRead)?;
    tx.find::<Entity>()
        .filter_if(filter.agent_type.map(|kind| Column::AgentType.eq(kind)))
        .filter_if(filter.message_id.map(|message| Column::MessageId.eq(message)))
        .filter_if(filter.human_feedback.map(|feedback| Column::HumanFeedback.eq(feedback)))
        .page(page)
        .await
}
