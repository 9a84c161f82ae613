//! Tables of metered use.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
#![expect(clippy::struct_field_names, reason = "columns have the names of the data model")]
pub mod exchange_rate;
pub mod usage_event;
pub mod usage_event_key;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![shape::<exchange_rate::Entity>(), shape::<usage_event::Entity>(), shape::<usage_event_key::Entity>()]
}
