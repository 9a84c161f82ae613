//! docs/permissions.md.
use purser_kernel::{Permission, SystemRole};
use purser_tests::contract::{self, ACCEPT};
use strum::VariantArray;

#[test]
fn the_permissions_are_those_that_were_agreed() {
    let roles = SystemRole::VARIANTS;
    let mut permissions = Permission::VARIANTS.to_vec();
    permissions.sort_by_key(|permission| permission.as_str());
    let mut page = format!(
        "# Permissions

Made from the code: `{ACCEPT}` writes this page, and a test fails when it is out of date.

Every service function asks for the one that it needs; who lacks it gets `forbidden`, which names it. A *decision* spends, grants
or binds: agents, API keys and Purser's own work never hold it.

| permission | what it allows | decision | {} |
| --- | --- | ---{} |
",
        roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" | "),
        " | ---".repeat(roles.len()),
    );
    let mark = |holds: bool| if holds { "yes" } else { "" };
    page.extend(permissions.into_iter().map(|permission| {
        let decision = mark(Permission::decisions().contains(permission));
        let holders: Vec<&str> = roles.iter().map(|role| mark(role.permissions().contains(permission))).collect();
        let (name, about) = (permission.as_str(), permission.about());
        format!("| `{name}` | {about} | {decision} | {} |\n", holders.join(" | "))
    }));
    page += "\n## Roles that every organization has\n\n| role | who has it |\n| --- | --- |\n";
    page.extend(roles.iter().map(|role| format!("| `{}` | {} |\n", role.as_str(), role.about())));
    contract::hold("docs/permissions.md", &page);
}
