//! What platform administrators do: a path of its own, with tokens of its own. No tenant's row passes here.
mod audit_logs;
mod auth;
mod caller;
mod impersonations;
mod jobs;
mod organizations;
mod people;

pub(crate) use caller::Admin;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(auth::routes)
        .configure(organizations::routes)
        .configure(people::routes)
        .configure(impersonations::routes)
        .configure(jobs::routes)
        .configure(audit_logs::routes);
}
