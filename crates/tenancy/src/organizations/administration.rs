//! Organizations as platform administrators see and change them: from outside, and no row of theirs.
use super::{MAX, announce, establish, row};
use crate::{TenancyProblem, invitations::Invitations, limits::Limit, slug};
use purser_entity_tenancy::{
    membership, membership_role,
    organization::{Column, Entity, Model, Status, SubscriptionTier},
    role,
};
use purser_kernel::{Email, Expected, FieldError, OrganizationId, PlatformScope, SystemRole, text::Findings};
use purser_store::{AuditCategory, PlatformAuditEntry, name_of, prelude::*, set_if};
use serde_json::{Value, json};

/// Which organizations are asked for.
#[derive(Clone, Debug, Default)]
pub struct OrganizationFilter {
    /// Only those whose name in addresses begins with this.
    pub slug_prefix: Option<String>,
    /// Only those of this status.
    pub status: Option<Status>,
}

/// How much an organization has of what it may have so much of.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Active members and invitations that can be accepted.
    pub users: i64,
    /// Projects.
    pub projects: i64,
    /// Bytes of files.
    pub storage_bytes: i64,
}

/// What becomes different about what an organization may have. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct PlanChange {
    /// What it pays for.
    pub subscription_tier: Option<SubscriptionTier>,
    /// At least 1.
    pub max_users: Option<i32>,
    /// Not negative.
    pub max_projects: Option<i32>,
    /// Not negative.
    pub max_storage_gb: Option<i32>,
}

/// Organizations, the newest first.
pub async fn list(
    system: System<'_>,
    _: &PlatformScope,
    filter: OrganizationFilter,
    page: &PageRequest,
) -> Result<Page<Model>, Problem> {
    system
        .find::<Entity>()
        .filter_if(filter.slug_prefix.map(|prefix| Column::Slug.starts_with(&prefix)))
        .filter_if(filter.status.map(|status| Column::Status.eq(status)))
        .page(page)
        .await
}

/// One organization. `not_found` for an id that none has.
pub async fn get(system: System<'_>, _: &PlatformScope, id: OrganizationId) -> Result<Model, Problem> {
    let found = system.find::<Entity>().filter(Column::Id.eq(id)).one().await?;
    found.ok_or_else(|| Problem::not_found("organization"))
}

/// How much the organization of `tx` has.
pub async fn usage(tx: &ReadTx) -> Result<Usage, Problem> {
    Ok(Usage {
        users: Limit::Users.used(tx).await?,
        projects: Limit::Projects.used(tx).await?,
        storage_bytes: tx.stored_bytes().await?,
    })
}

/// Founds the organization of `tx` for somebody who is invited to own it.
///
/// `slug_taken` when another organization has the name in addresses or once had it: who sends this twice is told so.
pub async fn found(tx: &WriteTx, who: &PlatformScope, name: &str, slug: String) -> Result<Model, Problem> {
    tx.scope().require(Permission::OrganizationManage)?;
    let mut found = Findings::new();
    let name = found.check(text::line("/name", name, MAX.name))?;
    let slug = found.check(slug::parse("/slug", slug))?;
    found.finish()?;
    let (Some(name), Some(slug)) = (name, slug) else {
        return Err(Problem::internal("what is missing was found"));
    };
    if !slug::reserve(tx, &slug).await? {
        return Err(Problem::of(TenancyProblem::SlugTaken).with("pointer", "/slug"));
    }
    establish(tx, &name, slug, None).await?;
    let organization = announce(tx).await?;
    note(tx, who, "organization.create", &json!({ "slug": organization.slug })).await?;
    Ok(organization)
}

/// Invites somebody to own the organization of `tx`, which nobody does yet.
///
/// `has_owner` when somebody does; `illegal_transition` when it is closed; the rest as [`Invitations::invite`].
pub async fn invite_owner(
    tx: &WriteTx,
    who: &PlatformScope,
    invitations: &Invitations,
    pointer: &str,
    email: &str,
) -> Result<(), Problem> {
    let email = Email::parse(pointer, email)?;
    if row(tx).await?.status == Status::Closed {
        return Err(Problem::illegal_transition("organization", "closed", &[]));
    }
    if has_owner(tx).await? {
        return Err(Problem::of(TenancyProblem::HasOwner));
    }
    invitations.invite_owner(tx, email).await?;
    note(tx, who, "organization.invite_owner", &json!({})).await
}

/// Changes what the organization of `tx` pays for and may have, if it has a version that the caller expects. What it has beyond a limit
/// stays; it gets no more.
pub async fn change_plan(
    tx: &WriteTx,
    who: &PlatformScope,
    expected: impl Into<Expected>,
    change: PlanChange,
) -> Result<Model, Problem> {
    tx.scope().require(Permission::OrganizationManage)?;
    let before = row(tx).await?;
    tx.expect_version(&before, expected)?;
    let mut found = Findings::new();
    for (pointer, least, limit) in [
        ("/max_users", 1, change.max_users),
        ("/max_projects", 0, change.max_projects),
        ("/max_storage_gb", 0, change.max_storage_gb),
    ] {
        if limit.is_some_and(|limit| limit < least) {
            found.add(FieldError::new(pointer, "out_of_range", format!("must be at least {least}")));
        }
    }
    found.finish()?;
    let was = plan(&before);
    let PlanChange { subscription_tier, max_users, max_projects, max_storage_gb } = change;
    let organization = tx.system().update(before, |row| {
        set_if(&mut row.subscription_tier, subscription_tier);
        set_if(&mut row.max_users, max_users);
        set_if(&mut row.max_projects, max_projects);
        set_if(&mut row.max_storage_gb, max_storage_gb);
    });
    let organization = organization.await?;
    let (entry, now) =
        (AuditEntry::new("organization.change_plan", "organization", organization.id), plan(&organization));
    tx.audit(entry.category(AuditCategory::Security).before(&was).after(&now)).await?;
    note(tx, who, "organization.change_plan", &json!({ "before": was, "after": now })).await?;
    Ok(organization)
}

/// Writes down in the platform's trail what was done to the organization of `tx`.
pub async fn note(tx: &WriteTx, who: &PlatformScope, action: &'static str, details: &Value) -> Result<(), Problem> {
    let entry = PlatformAuditEntry::new(action).organization(tx.organization()).details(details);
    tx.system().platform_audit(who, entry).await
}

async fn has_owner(tx: &ReadTx) -> Result<bool, Problem> {
    let owner = role::Column::NameNormalized.eq(SystemRole::Owner.as_str()).and(role::Column::IsSystem.eq(true));
    let Some(owner) = tx.find::<role::Entity>().filter(owner).one().await? else {
        return Ok(false);
    };
    let owners = tx
        .find::<membership::Entity>()
        .filter(membership::Column::Status.ne(membership::Status::Removed))
        .having::<membership_role::Entity>(membership_role::Column::RoleId.eq(owner.id));
    owners.exists().await
}

fn plan(organization: &Model) -> Value {
    json!({
        "subscription_tier": name_of(&organization.subscription_tier),
        "max_users": organization.max_users,
        "max_projects": organization.max_projects,
        "max_storage_gb": organization.max_storage_gb,
    })
}
