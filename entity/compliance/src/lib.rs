//! The tables of seals over the audit trail, of who read personal data, and of where it was found.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
pub mod audit_seal;
pub mod audit_seal_entry;
pub mod audit_seal_key;
pub mod data_access;
pub mod pii_finding;
pub mod pii_rule;
pub mod pii_scan;
pub mod retention_rule;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<audit_seal::Entity>(),
        shape::<audit_seal_entry::Entity>(),
        shape::<audit_seal_key::Entity>(),
        shape::<data_access::Entity>(),
        shape::<retention_rule::Entity>(),
        shape::<pii_finding::Entity>(),
        shape::<pii_rule::Entity>(),
        shape::<pii_scan::Entity>(),
    ]
}
