//! docs/roles.md.
use purser_kernel::{Permission, SystemRole};
use purser_tests::contract::{self, ACCEPT};
use serde_json::Value;
use strum::VariantArray;

#[test]
fn who_may_call_what_is_what_was_agreed() {
    let roles = SystemRole::VARIANTS;
    let mut page = format!(
        "# Roles

Made from the code: `{ACCEPT}` writes this page, and a test fails when it is out of date.

What each route needs, as the OpenAPI document says it under `security`, and which of the roles that every organization has may
call it. That this is what happens is tested for each route: who holds all permissions but the one is refused, who holds that one
alone is not. A person may be given or denied single [permissions](permissions.md) beyond their roles.

Some routes ask for more because of the thing that they are about:

- cancelling an order that was confirmed: `orders.confirm`;
- creating or rotating an API key: every permission that the key has;
- deciding about what is to be approved: the permission of the step that is open, such as `orders.confirm`;
- listing and showing what was deleted: the permission to read the like; restoring and purging it: the permission to delete it;
- withdrawing what somebody else asks for, and ending a delegation between others: `approvals.manage`;
- following events: for each event the permission to read what it is about.

| route | needs | {} |
| --- | ---{} |
",
        roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" | "),
        " | ---".repeat(roles.len()),
    );
    let document = purser_api::http::document();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (method.to_uppercase(), path, operation))
    });
    page.extend(operations.map(|(method, path, operation)| {
        let needed = needed(operation);
        let is_platform = operation.pointer("/security/0/platform").is_some();
        let may = |role: &SystemRole| {
            !is_platform && needed.iter().all(|permission| role.permissions().contains(*permission))
        };
        let marks: Vec<&str> = roles.iter().map(|role| if may(role) { "yes" } else { "" }).collect();
        let names: Vec<String> = needed.iter().map(|permission| format!("`{}`", permission.as_str())).collect();
        let names = if is_platform { "a platform administrator".to_owned() } else { names.join(", ") };
        let names = if is_open(operation) { "nothing, not even a token".to_owned() } else { names };
        format!("| `{method} {path}` | {names} | {} |\n", marks.join(" | "))
    }));
    contract::hold("docs/roles.md", &page);
}

fn needed(operation: &Value) -> Vec<Permission> {
    let names = operation.pointer("/security/0/bearer").and_then(Value::as_array).into_iter().flatten();
    names.map(|name| name.as_str().unwrap().parse().unwrap()).collect()
}

fn is_open(operation: &Value) -> bool {
    operation["security"].as_array().is_some_and(|list| list.contains(&serde_json::json!({})))
}
