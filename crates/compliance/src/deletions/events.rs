//! What others hear of deletions that come to their end.
use purser_entity_platform::deletion::Model;
use purser_kernel::ids::DeletionId;
use purser_store::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Of what, and which.
#[derive(Serialize, ToSchema)]
pub(super) struct Brought<'a> {
    id: DeletionId,
    /// Such as `customer`.
    resource: &'a str,
    resource_id: Uuid,
}

impl<'a> Brought<'a> {
    pub(super) fn of(deletion: &'a Model) -> Self {
        Self { id: deletion.id, resource: &deletion.resource, resource_id: deletion.resource_id }
    }

    fn example() -> Self {
        Self { id: example_id(), resource: "customer", resource_id: example_id::<()>().as_uuid() }
    }
}

/// What was deleted is there again.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
pub(super) struct DeletionRestored<'a>(pub(super) Brought<'a>);

impl DomainEvent for DeletionRestored<'_> {
    const TYPE: &'static str = "deletion.restored";
    const RESOURCE: &'static str = "deletion";
    const READERS: Readers = Readers::Holding(Permission::DeletionsRead);

    fn resource_id(&self) -> Uuid {
        self.0.id.as_uuid()
    }

    fn example() -> Self {
        Self(Brought::example())
    }
}

/// What was deleted is gone for good.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
pub(super) struct DeletionPurged<'a>(pub(super) Brought<'a>);

impl DomainEvent for DeletionPurged<'_> {
    const TYPE: &'static str = "deletion.purged";
    const RESOURCE: &'static str = "deletion";
    const READERS: Readers = Readers::Holding(Permission::DeletionsRead);

    fn resource_id(&self) -> Uuid {
        self.0.id.as_uuid()
    }

    fn example() -> Self {
        Self(Brought::example())
    }
}

/// What is published of deletions.
pub(crate) fn event_types() -> Vec<EventType> {
    vec![EventType::of::<DeletionRestored<'_>>(), EventType::of::<DeletionPurged<'_>>()]
}
