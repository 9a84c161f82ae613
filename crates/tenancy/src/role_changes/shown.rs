//! A request as whoever decides it sees it: who becomes what, in words and as data.
use super::{
    RoleChangeRequest,
    plan::{Plan, permissions},
};
use crate::roles::RoleWithPermissions;
use purser_entity_tenancy::{membership, role};
use purser_kernel::{Permission, PermissionSet, UserId};
use purser_store::{
    ports::{Matter, People},
    prelude::*,
};
use serde_json::{Value, json};

pub(super) async fn matter(
    tx: &ReadTx,
    people: &dyn People,
    row: &RoleChangeRequest,
    plan: &Plan,
) -> Result<Matter, Problem> {
    let about = about(plan).map(|member| member.user_id);
    let people = people.briefs(tx, about.as_slice()).await?;
    let person = about.and_then(|user| people.get(&user));
    let name = person.map_or("A deleted person", |person| person.full_name.as_str());
    let member = about.map(|user: UserId| {
        json!({ "user_id": user, "full_name": name, "email": person.map(|person| person.email.as_str()) })
    });
    let (summary, change) = match plan {
        Plan::Roles(assignment) => (
            format!("Make {name} {} (now {})", listed(roles(&assignment.to)), listed(assignment.before.roles.iter())),
            json!({
                "from": assignment.before.roles.iter().map(brief).collect::<Vec<_>>(),
                "to": assignment.to.iter().map(whole).collect::<Vec<_>>(),
            }),
        ),
        Plan::Permissions { membership, extras, .. } => {
            let was = crate::members::Extras::of(membership);
            let added = names(extras.added_to(was)).join(", ");
            (
                format!("Let {name} do more than their roles allow: {added}"),
                json!({
                    "from": { "grants": names(was.grants), "denials": names(was.denials) },
                    "to": { "grants": names(extras.grants), "denials": names(extras.denials) },
                }),
            )
        }
        Plan::Role { before, to } => {
            let added = names(permissions(to) - before.permissions).join(", ");
            let (was, rank) = (before.role.rank, to.rank);
            (
                format!("Let everybody with the role {} do more: {added} (rank {rank}, now {was})", before.role.name),
                json!({ "from": whole(before), "to": to }),
            )
        }
        Plan::FourEyesOff(_) => {
            ("Let promotions to admin or owner need no second person any more".to_owned(), json!({}))
        }
    };
    Ok(Matter {
        summary,
        content: json!({ "member": member, "change": change, "reason": row.reason }),
        amount: None,
        counterparty: None,
        counterparty_is_new: false,
        confidence: None,
        // Who answers for it, also where somebody else set it off, as who accepts an invitation does.
        last_edited_by: row.requested_by,
        about,
    })
}

fn about(plan: &Plan) -> Option<&membership::Model> {
    match plan {
        Plan::Roles(assignment) => Some(&assignment.membership),
        Plan::Permissions { membership, .. } => Some(membership),
        Plan::Role { .. } | Plan::FourEyesOff(_) => None,
    }
}

fn roles(roles: &[RoleWithPermissions]) -> impl Iterator<Item = &role::Model> {
    roles.iter().map(|role| &role.role)
}

fn listed<'r>(roles: impl Iterator<Item = &'r role::Model>) -> String {
    let names: Vec<&str> = roles.map(|role| role.name.as_str()).collect();
    if names.is_empty() { "without a role".to_owned() } else { names.join(", ") }
}

fn brief(role: &role::Model) -> Value {
    json!({ "id": role.id, "name": role.name, "rank": role.rank })
}

fn whole(RoleWithPermissions { role, permissions }: &RoleWithPermissions) -> Value {
    json!({ "id": role.id, "name": role.name, "rank": role.rank, "permissions": names(*permissions) })
}

fn names(permissions: PermissionSet) -> Vec<&'static str> {
    permissions.iter().map(Permission::as_str).collect()
}
