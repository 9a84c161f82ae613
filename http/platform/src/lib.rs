//! What every domain leaves behind: the audit trail.
mod audit_logs;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(audit_logs::routes);
}
