//! Whether PostgreSQL keeps tenants apart: looked at before the server serves.
use crate::{
    Store,
    connection::{Engine, failed},
    dialect,
    error::internal,
};
use purser_kernel::Problem;

/// Something that must not stay as it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
}

impl Finding {
    fn new(what: String, advice: &str) -> Self {
        Self { what, advice: advice.to_owned() }
    }
}

/// Looks at the role that is connected and at every tenant table's policy. Nothing found means that row-level security holds
/// for this connection. SQLite has neither.
pub async fn verify(store: &Store) -> Result<Vec<Finding>, Problem> {
    let Engine::Postgres { pool, .. } = store.engine() else {
        return Ok(Vec::new());
    };
    let pool = pool.connections();
    let failed = |error| internal(failed(error));
    let (role, bypasses, grants, owns): (String, bool, bool, bool) =
        sqlx::query_as(dialect::POSTGRES_ROLE).fetch_one(pool).await.map_err(failed)?;
    let advice = "Connect as the application role: `PURSER_DATABASE_URL` must not name a superuser, a role with BYPASSRLS, \
                  the owner of the tables, a role with CREATEROLE, or a member of any of these.";
    let mut findings = Vec::new();
    if bypasses {
        findings.push(Finding::new(format!("The role {role} can bypass row-level security."), advice));
    }
    if grants {
        let what = format!("The role {role} can grant itself a role that bypasses row-level security.");
        findings.push(Finding::new(what, advice));
    }
    if owns {
        findings.push(Finding::new(format!("The role {role} owns tables, so their policies do not bind it."), advice));
    }
    let tables: Vec<(String, bool, bool, bool)> =
        sqlx::query_as(dialect::POSTGRES_POLICIES).fetch_all(pool).await.map_err(failed)?;
    if tables.is_empty() {
        findings.push(Finding::new("The database has no tables.".to_owned(), "Run `purser migrate up`."));
    }
    for (table, enabled, bound, opened) in tables {
        if !enabled || !bound {
            let what = format!("The table {table} has no policy that keeps tenants apart.");
            let rows = "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid";
            let advice = format!(
                "As the owner of the tables: ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; DROP POLICY IF EXISTS \
                 tenant_isolation ON {table}; CREATE POLICY tenant_isolation ON {table} USING ({rows}) WITH CHECK ({rows});"
            );
            findings.push(Finding::new(what, &advice));
        } else if opened {
            let what = format!("The table {table} has a policy that shows one tenant's rows to another.");
            findings.push(Finding::new(what, "Drop the policy that does not ask for app.organization_id."));
        }
    }
    Ok(findings)
}
