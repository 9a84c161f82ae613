//! Organizations and their members.
mod me;
mod settings;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(me::routes).configure(settings::routes);
}
