//! Customers, catalogue and orders.
mod products;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(products::routes);
}
