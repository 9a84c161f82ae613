//! Approvals: policies, requests, delegations.
mod delegations;
mod links;
mod policies;
mod requests;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(policies::routes)
        .configure(requests::routes)
        .configure(delegations::routes)
        .configure(links::routes);
}
