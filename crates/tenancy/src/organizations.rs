//! Organizations: the tenants.
pub mod administration;
mod change;
mod lifecycle;
mod mine;

use crate::{roles, settings, slug};
use purser_entity_tenancy::{
    membership::{self, ExtraPermissions},
    membership_role,
    organization::{self, Column, Entity, Status, SubscriptionTier},
};
use purser_kernel::{
    OrganizationId, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::{AuditCategory, name_of, prelude::*};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub use change::{OrganizationChange, update};
pub use lifecycle::{close, reactivate, suspend};
pub use mine::mine;

/// The longest texts that the columns take.
struct Lengths {
    name: usize,
    kind: usize,
    description: usize,
    website: usize,
}

const MAX: Lengths = Lengths { name: 200, kind: 64, description: 2000, website: 2048 };

/// An organization was founded.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrganizationCreated<'a> {
    id: OrganizationId,
    name: &'a str,
    slug: &'a str,
}

impl DomainEvent for OrganizationCreated<'_> {
    const TYPE: &'static str = "organization.created";
    const RESOURCE: &'static str = "organization";
    const READERS: Readers = Readers::Holding(Permission::OrganizationRead);

    fn resource_id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn example() -> Self {
        Self { id: example_id(), name: "Acme", slug: "acme" }
    }
}

/// Events about organizations.
pub(crate) fn event_types() -> Vec<EventType> {
    let mut types =
        vec![EventType::of::<OrganizationCreated<'_>>(), EventType::of::<change::OrganizationUpdated<'_>>()];
    types.extend(lifecycle::event_types());
    types
}

/// Founds the organization of `tx`: its row, settings, encryption key, system roles, and `owner` as its first member.
///
/// `name` is one line of at most 200 characters, checked by the caller. The owner's row in `users` must be there.
pub async fn found(tx: &WriteTx, name: &str, owner: UserId) -> Result<organization::Model, Problem> {
    tx.scope().require(Permission::OrganizationManage)?;
    let slug = free_slug(tx, name).await?;
    let owner_role = establish(tx, name, slug, Some(owner)).await?;
    first_member(tx, owner, owner_role).await?;
    announce(tx).await
}

/// The row of the organization of `tx`, its encryption key, settings and system roles. Returns the role of owners.
async fn establish(tx: &WriteTx, name: &str, slug: String, creator: Option<UserId>) -> Result<RoleId, Problem> {
    insert(tx, name, slug, creator).await?;
    tx.create_encryption_key().await?;
    settings::give(tx).await?;
    roles::give(tx).await
}

/// Writes down that the organization of `tx` was founded.
async fn announce(tx: &WriteTx) -> Result<organization::Model, Problem> {
    let organization = row(tx).await?;
    let created = OrganizationCreated { id: organization.id, name: &organization.name, slug: &organization.slug };
    let entry = AuditEntry::new("organization.create", "organization", organization.id);
    tx.audit(entry.category(AuditCategory::Security).after(&created)).await?;
    tx.emit(&created).await?;
    Ok(organization)
}

/// As [`found`], by somebody who has an account: they become its owner. `forbidden` for an actor who is no person.
pub async fn found_another(tx: &WriteTx, name: &str) -> Result<organization::Model, Problem> {
    let owner = tx.scope().actor.user().ok_or_else(|| Problem::of(CommonProblem::Forbidden))?;
    let name = text::line("/name", name, MAX.name)?;
    found(tx, &name, owner).await
}

/// Attempts at a slug before something else must be wrong.
const MAX_ATTEMPTS: usize = 4;

/// A slug that follows from the name, taken.
async fn free_slug(tx: &WriteTx, name: &str) -> Result<String, Problem> {
    let wanted = slug::from_name(name);
    let mut slug = wanted.clone();
    for _ in 0..MAX_ATTEMPTS {
        // A refused insert would end the transaction on PostgreSQL, so a taken slug must not be an error.
        if slug::reserve(tx, &slug).await? {
            return Ok(slug);
        }
        slug = slug::with_suffix(&wanted)?;
    }
    Err(Problem::internal("no slug is free"))
}

async fn insert(tx: &WriteTx, name: &str, slug: String, creator: Option<UserId>) -> Result<(), Problem> {
    let founded = organization::ActiveModel {
        id: Set(tx.organization()),
        name: Set(name.to_owned()),
        slug: Set(slug),
        status: Set(Status::Active),
        suspended_at: Set(None),
        suspension_reason: Set(None),
        suspended_by_platform: Set(false),
        closed_at: Set(None),
        purge_after: Set(None),
        subscription_tier: Set(SubscriptionTier::Free),
        created_by: Set(creator),
        ..Default::default()
    };
    // Of this id there can only be one: who founds it again, with a key whose answer is kept no longer, is told.
    if tx.system().insert_if_absent(founded).await? { Ok(()) } else { Err(Problem::of(CommonProblem::AlreadyExists)) }
}

async fn first_member(tx: &WriteTx, owner: UserId, role: RoleId) -> Result<(), Problem> {
    let membership_id = MembershipId::generate();
    let membership = membership::ActiveModel {
        id: Set(membership_id),
        user_id: Set(owner),
        status: Set(membership::Status::Active),
        onboarding_completed: Set(false),
        extra_permissions: Set(ExtraPermissions::default()),
        last_active_at: Set(None),
        sessions_valid_from: Set(None),
        created_by: Set(Some(owner)),
        ..Default::default()
    };
    tx.insert_many([membership]).await?;
    let assignment = membership_role::ActiveModel {
        membership_id: Set(membership_id),
        role_id: Set(role),
        created_by: Set(Some(owner)),
        ..Default::default()
    };
    tx.insert_many([assignment]).await
}

/// The organization of `tx`.
pub async fn current(tx: &ReadTx) -> Result<organization::Model, Problem> {
    tx.scope().require(Permission::OrganizationRead)?;
    row(tx).await
}

async fn row(tx: &ReadTx) -> Result<organization::Model, Problem> {
    let row = tx.global::<Entity>().filter(Column::Id.eq(tx.organization())).one().await?;
    row.ok_or_else(|| Problem::not_found("organization"))
}

/// An organization as the audit trail shows it.
fn view(organization: &organization::Model) -> Value {
    json!({
        "name": organization.name,
        "slug": organization.slug,
        "kind": organization.kind,
        "description": organization.description,
        "email": organization.email,
        "phone": organization.phone,
        "website": organization.website,
        "status": name_of(&organization.status),
        "suspension_reason": organization.suspension_reason,
        "closed_at": organization.closed_at,
        "purge_after": organization.purge_after,
    })
}

/// The organization that an operator names, by its id or its name in addresses, be it suspended or closed.
pub async fn named(system: System<'_>, name: &str) -> Result<Option<organization::Model>, Problem> {
    let named = match name.parse::<OrganizationId>() {
        Ok(id) => Column::Id.eq(id),
        Err(_) => Column::Slug.eq(name),
    };
    system.find::<Entity>().filter(named).one().await
}

/// Organizations in the order of their ids, after `after`. Those that are suspended or closed are among them.
pub async fn page(
    system: System<'_>,
    after: Option<OrganizationId>,
    limit: u64,
) -> Result<Vec<OrganizationId>, Problem> {
    let mut organizations = system.find::<Entity>().order_by(Column::Id, Asc);
    if let Some(after) = after {
        organizations = organizations.filter(Column::Id.gt(after));
    }
    Ok(organizations.all(limit).await?.into_iter().map(|organization| organization.id).collect())
}
