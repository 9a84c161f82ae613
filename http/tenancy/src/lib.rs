//! Organizations and their members.
mod engagements;
mod invitations;
mod me;
mod members;
pub mod organizations;
mod permissions;
mod preferences;
mod projects;
mod role_changes;
mod roles;
mod secrets;
mod settings;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(engagements::routes)
        .configure(invitations::routes)
        .configure(me::routes)
        .configure(members::routes)
        .configure(organizations::routes)
        .configure(permissions::routes)
        .configure(preferences::routes)
        .configure(projects::routes)
        .configure(role_changes::routes)
        .configure(roles::routes)
        .configure(secrets::routes)
        .configure(settings::routes);
}
