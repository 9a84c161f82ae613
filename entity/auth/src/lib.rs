//! Tables of people, their passwords, second factors and sessions, and of API keys.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
pub mod api_key;
pub mod identity_group_role;
pub mod impersonation;
pub mod mfa_challenge;
pub mod mfa_factor;
pub mod oidc_sign_in;
pub mod one_time_token;
pub mod platform_session;
pub mod refresh_token;
pub mod session;
pub mod sign_in_network;
pub mod sign_in_stranger;
pub mod sign_up;
pub mod signing_key;
pub mod user;
pub mod user_credential;
pub mod user_identity;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<api_key::Entity>(),
        shape::<identity_group_role::Entity>(),
        shape::<impersonation::Entity>(),
        shape::<mfa_challenge::Entity>(),
        shape::<mfa_factor::Entity>(),
        shape::<oidc_sign_in::Entity>(),
        shape::<one_time_token::Entity>(),
        shape::<platform_session::Entity>(),
        shape::<refresh_token::Entity>(),
        shape::<session::Entity>(),
        shape::<sign_in_network::Entity>(),
        shape::<sign_in_stranger::Entity>(),
        shape::<sign_up::Entity>(),
        shape::<signing_key::Entity>(),
        shape::<user::Entity>(),
        shape::<user_credential::Entity>(),
        shape::<user_identity::Entity>(),
    ]
}
