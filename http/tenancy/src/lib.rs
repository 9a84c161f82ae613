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

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
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
