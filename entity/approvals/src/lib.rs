//! Tables of approvals.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
pub mod approval_decision;
pub mod approval_delegation;
pub mod approval_link;
pub mod approval_policy;
pub mod approval_request;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<approval_decision::Entity>(),
        shape::<approval_delegation::Entity>(),
        shape::<approval_link::Entity>(),
        shape::<approval_policy::Entity>(),
        shape::<approval_request::Entity>(),
    ]
}
