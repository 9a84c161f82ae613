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

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes
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
