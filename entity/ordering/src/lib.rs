//! Tables of customers, catalogue, prices and orders.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
#![expect(clippy::struct_field_names, reason = "columns have the names of the data model")]
pub mod address;
pub mod alternatives;
pub mod customer;
pub mod customer_contact;
pub mod customer_label;
pub mod customer_label_assignment;
pub mod duration;
pub mod order;
pub mod order_line;
pub mod order_message;
pub mod order_status_change;
pub mod price_tier;
pub mod product;
pub mod product_category;
pub mod product_variant;
pub mod texts;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<customer::Entity>(),
        shape::<customer_contact::Entity>(),
        shape::<customer_label::Entity>(),
        shape::<customer_label_assignment::Entity>(),
        shape::<duration::Entity>(),
        shape::<order::Entity>(),
        shape::<order_line::Entity>(),
        shape::<order_message::Entity>(),
        shape::<order_status_change::Entity>(),
        shape::<price_tier::Entity>(),
        shape::<product::Entity>(),
        shape::<product_category::Entity>(),
        shape::<product_variant::Entity>(),
    ]
}
