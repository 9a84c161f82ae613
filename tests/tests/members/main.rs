//! Roles, members, invitations: who may do what, and who decides about it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod four_eyes;
mod invitations;
mod last_owner;
mod list;
mod nodes;
mod permissions;
mod ranks;
mod roles;
mod sessions;
mod statements;
mod states;
mod switch;

use purser_kernel::PermissionSet;
use purser_tests::app::{Answer, Tenant, TestApp};
use serde_json::{Value, json};

/// A person in the organization of `owner`, and where they are managed.
struct Person {
    tenant: Tenant,
    /// `/v1/members/{id}`
    path: String,
}

/// The row of a list in which `field` has this value.
async fn row(tenant: &Tenant, list: &str, field: &str, value: &str) -> Value {
    let rows = rows(tenant, list).await;
    let found = rows.iter().find(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no {field} {value} in {rows:?}")).clone()
}

/// The rows of a list's first page.
async fn rows(tenant: &Tenant, path: &str) -> Vec<Value> {
    tenant.get(path).await.expect(200).json()["data"].as_array().unwrap().clone()
}

/// The id of a role by its name.
async fn role(tenant: &Tenant, name: &str) -> String {
    row(tenant, "/v1/roles?limit=200", "name", name).await["id"].as_str().unwrap().to_owned()
}

/// Where a person is managed.
async fn member_path(owner: &Tenant, person: &Tenant) -> String {
    let member = row(owner, "/v1/members?limit=200", "user_id", &person.user_id).await;
    format!("/v1/members/{}", member["id"].as_str().unwrap())
}

/// Somebody new in the organization, with these roles.
async fn person(app: &TestApp, owner: &Tenant, roles: &[&str]) -> Person {
    let tenant = app.member(owner, PermissionSet::empty()).await;
    let path = member_path(owner, &tenant).await;
    give(owner, &path, roles).await.expect(200);
    Person { tenant, path }
}

/// Gives a member the roles of these names.
async fn give(who: &Tenant, member: &str, names: &[&str]) -> Answer {
    let mut ids = Vec::new();
    for name in names {
        ids.push(role(who, name).await);
    }
    who.put(&format!("{member}/roles"), &json!({ "role_ids": ids })).await
}

/// The answer is this problem.
#[track_caller]
fn problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (status, id), "{answer:?}");
}

/// The names of a member's roles.
fn names(member: &Value) -> Vec<&str> {
    member["roles"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect()
}
