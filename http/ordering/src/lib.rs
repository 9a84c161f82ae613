//! Customers, catalogue and orders.
mod categories;
mod customers;
mod durations;
mod imports;
mod labels;
mod orders;
mod price_tiers;
mod products;
mod quantity;
mod variants;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(orders::routes)
        .configure(categories::routes)
        .configure(imports::routes)
        .configure(products::routes)
        .configure(variants::routes)
        .configure(price_tiers::routes)
        .configure(durations::routes)
        .configure(customers::routes)
        .configure(labels::routes);
}
