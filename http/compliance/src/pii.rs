//! Personal data in free text.
mod findings;
mod rules;
mod scans;
mod test;

use purser_http::routes::Routes;

/// The routes. `test` comes before the rules' ids, for which it would be taken.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.configure(test::routes).configure(rules::routes).configure(findings::routes).configure(scans::routes);
}
