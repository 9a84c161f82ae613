//! Metered use.
mod usage;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(usage::routes);
}
