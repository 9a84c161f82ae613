//! What should have been answered.
use crate::TrainingExample;
use purser_entity_agents::training_example::{Column, Entity, Source};
use purser_store::prelude::*;

/// Which examples are asked for.
#[derive(Clone, Debug, Default)]
pub struct TrainingExampleFilter {
    /// Only examples that came about in this way.
    pub source: Option<Source>,
    /// Only examples for this kind of agent, such as `order_processing`.
    pub agent_type: Option<String>,
}

/// Examples, the newest first. `forbidden` without `training.read`.
pub async fn list(
    tx: &ReadTx,
    filter: TrainingExampleFilter,
    page: &PageRequest,
) -> Result<Page<TrainingExample>, Problem> {
    tx.scope().require(Permission::TrainingRead)?;
    tx.find::<Entity>()
        .filter_if(filter.source.map(|source| Column::Source.eq(source)))
        .filter_if(filter.agent_type.map(|kind| Column::AgentType.eq(kind)))
        .page(page)
        .await
}
