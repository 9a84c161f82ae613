//! Connections to providers, their doors, and what came in; where events are sent, what became of that, and how they are
//! followed.
mod connections;
mod event_stream;
mod event_types;
mod group_roles;
mod inbound_events;
mod integrations;
mod ldap;
mod oidc;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhooks;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(ldap::routes)
        .configure(oidc::routes)
        .configure(group_roles::routes)
        .configure(connections::routes)
        .configure(integrations::routes)
        .configure(webhooks::routes)
        .configure(inbound_events::routes)
        .configure(webhook_endpoints::routes)
        .configure(webhook_deliveries::routes)
        .configure(event_types::routes)
        .configure(event_stream::routes);
}
