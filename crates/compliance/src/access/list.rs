//! What was read, as it is looked up.
use purser_entity_compliance::data_access::{Column, Entity, Model, Operation};
use purser_store::prelude::*;
use uuid::Uuid;

/// Which readings are asked for.
#[derive(Clone, Debug, Default)]
pub struct AccessFilter {
    /// Only those of then or later.
    pub since: Option<Moment>,
    /// Only those before.
    pub until: Option<Moment>,
    /// Only those by this actor.
    pub actor_id: Option<Uuid>,
    /// Only those of this kind of resource.
    pub resource: Option<String>,
    /// Only what was shown, or only what left in a file.
    pub operation: Option<Operation>,
}

/// Who read what may be personal, the latest first.
pub async fn list(tx: &ReadTx, filter: AccessFilter, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::AuditRead)?;
    tx.find::<Entity>()
        .filter_if(filter.since.map(|time| Column::CreatedAt.gte(time)))
        .filter_if(filter.until.map(|time| Column::CreatedAt.lt(time)))
        .filter_if(filter.actor_id.map(|id| Column::ActorId.eq(id)))
        .filter_if(filter.resource.map(|resource| Column::Resource.eq(resource)))
        .filter_if(filter.operation.map(|operation| Column::Operation.eq(operation)))
        .order_by(Column::CreatedAt, Desc)
        .page(page)
        .await
}
