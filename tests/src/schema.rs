//! The schema: as the entities have it, and as a database has it.
pub mod catalogue;
mod dump;

pub use dump::dump;

use purser_entity_core::TableShape;

/// Every table of every entity crate.
pub fn shapes() -> Vec<TableShape> {
    [
        purser_entity_agents::shapes(),
        purser_entity_approvals::shapes(),
        purser_entity_auth::shapes(),
        purser_entity_billing::shapes(),
        purser_entity_compliance::shapes(),
        purser_entity_integrations::shapes(),
        purser_entity_messaging::shapes(),
        purser_entity_ordering::shapes(),
        purser_entity_platform::shapes(),
        purser_entity_tenancy::shapes(),
    ]
    .concat()
}
