//! The schema: what the migrations make, and whether it is what the data model promises.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod catalogue;
mod constraints;
mod document;
mod drift;
mod isolation;
mod roles;
mod round_trip;
mod rules;
mod sources;
mod up_and_down;

use purser_entity_core::TableShape;

/// Every table of every entity crate.
fn shapes() -> Vec<TableShape> {
    [
        purser_entity_agents::shapes(),
        purser_entity_auth::shapes(),
        purser_entity_billing::shapes(),
        purser_entity_integrations::shapes(),
        purser_entity_messaging::shapes(),
        purser_entity_ordering::shapes(),
        purser_entity_platform::shapes(),
        purser_entity_tenancy::shapes(),
    ]
    .concat()
}
