//! Personal data in free text.
mod findings;
mod rules;
mod scans;
mod test;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes. `test` comes before the rules' ids, for which it would be taken.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(test::routes).configure(rules::routes).configure(findings::routes).configure(scans::routes);
}
