//! What platform administrators do: a path of its own, with tokens of its own. No tenant's row passes here.
mod audit_logs;
mod auth;
mod caller;
mod impersonations;
mod jobs;
mod organizations;
mod people;

pub(crate) use caller::Admin;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(auth::routes)
        .configure(organizations::routes)
        .configure(people::routes)
        .configure(impersonations::routes)
        .configure(jobs::routes)
        .configure(audit_logs::routes);
}
