//! Tables of organizations, members and roles.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
#![expect(clippy::struct_field_names, reason = "columns have the names of the data model")]
pub mod engagement;
pub mod engagement_access;
pub mod invitation;
pub mod membership;
pub mod membership_role;
pub mod organization;
pub mod organization_secret;
pub mod organization_settings;
pub mod organization_slug;
pub mod project;
pub mod project_member;
pub mod role;
pub mod role_change_request;
pub mod role_permission;
pub mod user_preferences;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<engagement::Entity>(),
        shape::<engagement_access::Entity>(),
        shape::<invitation::Entity>(),
        shape::<membership::Entity>(),
        shape::<membership_role::Entity>(),
        shape::<organization::Entity>(),
        shape::<organization_secret::Entity>(),
        shape::<organization_settings::Entity>(),
        shape::<organization_slug::Entity>(),
        shape::<project::Entity>(),
        shape::<project_member::Entity>(),
        shape::<role::Entity>(),
        shape::<role_change_request::Entity>(),
        shape::<role_permission::Entity>(),
        shape::<user_preferences::Entity>(),
    ]
}
