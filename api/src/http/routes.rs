//! Every route.
use super::health;
use purser_http::routes::Routes;

/// Every route. The OpenAPI document is made from the same list, so that no route can be left out of it.
pub(super) fn all(routes: &mut Routes<'_>) {
    routes
        .configure(purser_http_ordering::routes)
        .configure(purser_http_messaging::routes)
        .configure(purser_http_media::routes)
        .configure(purser_http_integrations::routes)
        .configure(health::routes)
        .configure(purser_http_auth::routes)
        .configure(purser_http_tenancy::routes)
        .configure(purser_http_approvals::routes)
        .configure(purser_http_agents::routes)
        .configure(purser_http_billing::routes)
        .configure(purser_http_compliance::routes)
        .configure(purser_http_platform::routes)
        .configure(purser_http_administration::routes);
}
