//! What every domain leaves behind: the audit trail.
mod audit_logs;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes.configure(audit_logs::routes);
}
