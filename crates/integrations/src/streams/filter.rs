//! Which events are followed.
use purser_store::outbox::Event;
use uuid::Uuid;

/// Which events are followed; what is left out lets all through.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of these types, such as `order.confirmed`.
    pub types: Option<Vec<String>>,
    /// About this kind of resource, such as `order`.
    pub resource: Option<String>,
    /// About this resource.
    pub resource_id: Option<Uuid>,
}

impl EventFilter {
    pub(super) fn wants(&self, event: &Event) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&event.event_type))
            && self.resource.as_ref().is_none_or(|resource| *resource == event.resource)
            && self.resource_id.is_none_or(|id| id == event.resource_id)
    }
}
