//! Tables of conversations, messages and notifications.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
pub mod conversation;
pub mod message;
pub mod message_attachment;
pub mod notification;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<conversation::Entity>(),
        shape::<message::Entity>(),
        shape::<message_attachment::Entity>(),
        shape::<notification::Entity>(),
    ]
}
