//! Approvals: policies, requests, delegations.
mod delegations;
mod links;
mod policies;
mod requests;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(policies::routes)
        .configure(requests::routes)
        .configure(delegations::routes)
        .configure(links::routes);
}
