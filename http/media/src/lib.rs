//! Files.
mod content;
mod files;
mod upload;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(files::routes).configure(content::routes);
}
