//! Files.
mod content;
mod files;
mod upload;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes.configure(files::routes).configure(content::routes);
}
