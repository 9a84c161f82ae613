//! People in somebody else's organization, who may do exactly what a test wants them to.
use super::{PASSWORD, Tenant, TestApp};
use crate::database::uuid_literal;
use purser_kernel::{Permission, PermissionSet, ids::MembershipId};
use serde_json::json;

impl TestApp {
    /// The person has shown that their mail address is theirs.
    pub async fn verify(&self, person: &Tenant) {
        let id = uuid_literal(self.database.engine, &person.user_id);
        let sql = format!("update users set email_verified_at = '2026-11-20 10:00:00+00:00' where id = {id}");
        self.database.owner().await.execute(&sql).await.expect("an address can be verified");
    }

    /// Another person in the organization of `tenant`, without a role, who may do exactly what is `allowed`.
    pub async fn member(&self, tenant: &Tenant, allowed: PermissionSet) -> Tenant {
        let person = self.tenant("Elsewhere").await;
        let names: Vec<&str> = allowed.iter().map(Permission::as_str).collect();
        let extra = json!({ "grants": names, "denials": [] });
        let literal = |id: &str| uuid_literal(self.database.engine, id);
        let sql = format!(
            "insert into memberships (organization_id, id, user_id, status, extra_permissions, created_at, updated_at)
             values ({}, {}, {}, 'active', '{extra}', '2026-11-20 10:00:00+00:00', '2026-11-20 10:00:00+00:00')",
            literal(&tenant.organization_id),
            literal(&MembershipId::generate().to_string()),
            literal(&person.user_id),
        );
        self.database.owner().await.execute(&sql).await.expect("a person can be made a member");
        let body = json!({
            "email": person.email, "password": PASSWORD, "organization_id": tenant.organization_id,
        });
        person.with_tokens(&self.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200).json())
    }
}
