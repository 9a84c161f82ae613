//! Signing up, in and out; passwords, second factors, sessions and API keys.
mod api_keys;
mod email;
mod invitations;
mod jwks;
mod ldap_log_in;
mod log_in;
mod log_out;
mod mfa;
mod oidc_log_in;
mod password;
mod profile;
mod refresh;
mod sessions;
mod sign_up;
mod switch_organization;
pub mod view;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes.configure(sign_up::routes).configure(log_in::routes).configure(refresh::routes).configure(log_out::routes);
    routes.configure(api_keys::routes).configure(invitations::routes).configure(switch_organization::routes);
    routes
        .configure(email::routes)
        .configure(jwks::routes)
        .configure(ldap_log_in::routes)
        .configure(mfa::routes)
        .configure(oidc_log_in::routes)
        .configure(password::routes)
        .configure(profile::routes)
        .configure(sessions::routes);
}
