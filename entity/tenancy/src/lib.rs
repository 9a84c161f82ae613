//! Tables of organizations, members and roles.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
#![expect(clippy::struct_field_names, reason = "columns have the names of the data model")]
pub mod invitation;
pub mod membership;
pub mod membership_role;
pub mod organization;
pub mod organization_settings;
pub mod organization_slug;
pub mod role;
pub mod role_permission;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<invitation::Entity>(),
        shape::<membership::Entity>(),
        shape::<membership_role::Entity>(),
        shape::<organization::Entity>(),
        shape::<organization_settings::Entity>(),
        shape::<organization_slug::Entity>(),
        shape::<role::Entity>(),
        shape::<role_permission::Entity>(),
    ]
}
