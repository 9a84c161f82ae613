//! The tables that every domain relies on. They are written through `purser_store` by everybody.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
pub mod audit_detail;
pub mod audit_log;
pub mod deletion;
pub mod encryption_key;
pub mod idempotency_key;
pub mod job;
pub mod master_key;
pub mod media_file;
pub mod number_sequence;
pub mod outbox_event;
pub mod platform_audit_log;
pub mod schedule;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<audit_detail::Entity>(),
        shape::<audit_log::Entity>(),
        shape::<deletion::Entity>(),
        shape::<encryption_key::Entity>(),
        shape::<idempotency_key::Entity>(),
        shape::<job::Entity>(),
        shape::<master_key::Entity>(),
        shape::<media_file::Entity>(),
        shape::<number_sequence::Entity>(),
        shape::<outbox_event::Entity>(),
        shape::<platform_audit_log::Entity>(),
        shape::<schedule::Entity>(),
    ]
}
