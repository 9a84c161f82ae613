//! The organizations of a person, whichever they are signed in to.
use crate::members;
use purser_entity_tenancy::{
    membership,
    organization::{Column, Entity, Model, Status},
};
use purser_kernel::{OrganizationId, UserId};
use purser_store::prelude::*;

/// More organizations than anybody belongs to.
const MAX_ORGANIZATIONS: u64 = 200;

/// The organizations in which the caller is an active member, the oldest first. Closed ones are shown to their owners only.
/// `forbidden` for an actor who is no person.
pub async fn mine(store: &Store, scope: &Scope) -> Result<Vec<Model>, Problem> {
    let user = scope.actor.user().ok_or_else(|| Problem::of(CommonProblem::Forbidden))?;
    let mut organizations = active(store, user).await?;
    let closed = organizations.iter().filter(|organization| organization.status == Status::Closed);
    let closed: Vec<OrganizationId> = closed.map(|organization| organization.id).collect();
    let mut hidden = Vec::new();
    // There are few: each is looked into on its own, since roles are the organization's.
    for id in closed {
        if !owns(store, id, user).await? {
            hidden.push(id);
        }
    }
    organizations.retain(|organization| !hidden.contains(&organization.id));
    Ok(organizations)
}

async fn active(store: &Store, user: UserId) -> Result<Vec<Model>, Problem> {
    let tx = store.person_read(user).await?;
    let memberships = tx.system().mine::<membership::Entity>(MAX_ORGANIZATIONS).await?;
    let active = memberships.into_iter().filter(|membership| membership.status == membership::Status::Active);
    let ids: Vec<OrganizationId> = active.map(|membership| membership.organization_id).collect();
    let organizations = tx.system().find::<Entity>().filter(Column::Id.is_in(ids)).order_by(Column::Id, Asc);
    organizations.all(MAX_ORGANIZATIONS).await
}

async fn owns(store: &Store, organization: OrganizationId, user: UserId) -> Result<bool, Problem> {
    let tx = store.read_in_any_state(&Scope::system(organization, "own-organizations")).await?;
    members::owns(&tx, user).await
}
