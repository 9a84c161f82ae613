//! What this crate publishes.
use crate::{engagements, members, organizations, projects, secrets, settings};
use purser_store::outbox::EventType;

/// The events that this crate publishes.
pub fn event_types() -> Vec<EventType> {
    let mut types = organizations::event_types();
    types.extend(members::event_types());
    types.extend(projects::event_types());
    types.extend(engagements::event_types());
    types.push(EventType::of::<settings::SettingsUpdated>());
    types.push(EventType::of::<secrets::Replaced<'_>>());
    types.push(EventType::of::<secrets::Deleted<'_>>());
    types
}
