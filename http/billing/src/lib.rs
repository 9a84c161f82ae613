//! Metered use.
mod usage;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes.configure(usage::routes);
}
