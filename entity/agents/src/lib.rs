//! Tables of agents' answers and what was learned from people.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
#![expect(clippy::struct_field_names, reason = "columns have the names of the data model")]
pub mod ai_response;
pub mod training_example;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![shape::<ai_response::Entity>(), shape::<training_example::Entity>()]
}
