//! Organizations from outside: what they are called, how they stand, what they may have.
mod lifecycle;

use super::Admin;
use actix_web::{get, patch, post, web::Data};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    view::PageView,
};
use purser_kernel::{OrganizationId, Permission, ids::Organization};
use purser_store::name_of;
use purser_tenancy::{
    entity::organization::{Model, Status, SubscriptionTier},
    invitations::Invitations,
    organizations::administration::{self, OrganizationFilter, PlanChange, Usage},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(change_plan).service(invite_owner);
    routes.configure(lifecycle::routes);
}

/// What an organization pays for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Free,
    Basic,
    Premium,
    Enterprise,
}

impl From<Tier> for SubscriptionTier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Free => Self::Free,
            Tier::Basic => Self::Basic,
            Tier::Premium => Self::Premium,
            Tier::Enterprise => Self::Enterprise,
        }
    }
}

/// How an organization stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationStatus {
    Active,
    Suspended,
    Closed,
}

impl From<OrganizationStatus> for Status {
    fn from(status: OrganizationStatus) -> Self {
        match status {
            OrganizationStatus::Active => Self::Active,
            OrganizationStatus::Suspended => Self::Suspended,
            OrganizationStatus::Closed => Self::Closed,
        }
    }
}

/// An organization, as those see it who administer the platform.
#[derive(Serialize, ToSchema)]
pub struct PlatformOrganizationView {
    id: OrganizationId,
    name: String,
    slug: String,
    /// `active`, `suspended` or `closed`.
    status: String,
    suspended_at: Option<DateTime<Utc>>,
    suspension_reason: Option<String>,
    /// Whether a platform administrator has suspended it, so that its owners cannot re-activate it.
    suspended_by_platform: bool,
    closed_at: Option<DateTime<Utc>>,
    purge_after: Option<DateTime<Utc>>,
    /// `free`, `basic`, `premium` or `enterprise`.
    subscription_tier: String,
    max_users: i32,
    max_projects: i32,
    max_storage_gb: i32,
    /// How much it has; only where one organization is asked for.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<PlatformUsageView>,
    created_at: DateTime<Utc>,
    version: i64,
}

impl From<Model> for PlatformOrganizationView {
    fn from(organization: Model) -> Self {
        Self {
            status: name_of(&organization.status),
            subscription_tier: name_of(&organization.subscription_tier),
            id: organization.id,
            name: organization.name,
            slug: organization.slug,
            suspended_at: organization.suspended_at,
            suspension_reason: organization.suspension_reason,
            suspended_by_platform: organization.suspended_by_platform,
            closed_at: organization.closed_at,
            purge_after: organization.purge_after,
            max_users: organization.max_users,
            max_projects: organization.max_projects,
            max_storage_gb: organization.max_storage_gb,
            usage: None,
            created_at: organization.created_at,
            version: organization.version,
        }
    }
}

/// How much an organization has.
#[derive(Serialize, ToSchema)]
pub struct PlatformUsageView {
    /// Active members, and invitations that can be accepted.
    users: i64,
    projects: i64,
    /// Of files.
    storage_bytes: i64,
}

impl From<Usage> for PlatformUsageView {
    fn from(usage: Usage) -> Self {
        let Usage { users, projects, storage_bytes } = usage;
        Self { users, projects, storage_bytes }
    }
}

/// Which organizations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListOrganizations {
    /// Only those whose name in addresses begins with this.
    slug: Option<String>,
    /// Only those of this status.
    #[param(inline)]
    status: Option<OrganizationStatus>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An organization for somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganization {
    #[schema(max_length = 200)]
    name: String,
    /// The name in addresses. Sent twice, the second is told that it is taken.
    #[schema(min_length = 3, max_length = 48, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: String,
    /// Who is invited to own it.
    #[schema(format = "email")]
    owner_email: String,
}

/// Who is invited to own an organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteOwner {
    #[schema(format = "email")]
    email: String,
}

/// What an organization pays for and may have. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePlan {
    #[schema(inline)]
    subscription_tier: Option<Tier>,
    #[schema(minimum = 1)]
    max_users: Option<i32>,
    #[schema(minimum = 0)]
    max_projects: Option<i32>,
    #[schema(minimum = 0)]
    max_storage_gb: Option<i32>,
}

impl From<ChangePlan> for PlanChange {
    fn from(body: ChangePlan) -> Self {
        let ChangePlan { subscription_tier, max_users, max_projects, max_storage_gb } = body;
        Self { subscription_tier: subscription_tier.map(Into::into), max_users, max_projects, max_storage_gb }
    }
}

/// Organizations, the newest first.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(ListOrganizations),
    responses((status = 200, body = PageView<PlatformOrganizationView>)),
)]
#[get("/v1/platform/organizations")]
async fn list(admin: Admin, Query(query): Query<ListOrganizations>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = OrganizationFilter { slug_prefix: query.slug, status: query.status.map(Into::into) };
    let tx = admin.store().system_read().await?;
    let page = administration::list(tx.system(), admin.scope(), filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PlatformOrganizationView::from))?)
}

/// Founds an organization for somebody, who is invited by mail to own it.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    request_body = CreateOrganization,
    responses((status = 201, body = PlatformOrganizationView)),
)]
#[post("/v1/platform/organizations")]
async fn create(
    admin: Admin,
    invitations: Data<Invitations>,
    body: Body<CreateOrganization>,
) -> Result<Reply, Refusal> {
    let CreateOrganization { name, slug, owner_email } = body.into_inner();
    let needed = Permission::OrganizationManage | Permission::MembersManage;
    let tx = admin.begin_in(OrganizationId::generate(), needed).await?;
    let organization = administration::found(&tx, admin.scope(), &name, slug).await?;
    let invitations = &invitations;
    administration::invite_owner(&tx, admin.scope(), invitations, "/owner_email", &owner_email).await?;
    tx.commit().await?;
    let view = PlatformOrganizationView::from(organization);
    let location = format!("/v1/platform/organizations/{}", view.id);
    Ok(Reply::created(&view)?.etag(view.version).location(location))
}

/// One organization, and how much it has.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = OrganizationId, Path)),
    responses((status = 200, body = PlatformOrganizationView)),
)]
#[get("/v1/platform/organizations/{id}")]
async fn show(admin: Admin, PathId(id): PathId<Organization>) -> Result<Reply, Refusal> {
    let tx = admin.look_into(id).await?;
    let organization = administration::get(tx.system(), admin.scope(), id).await?;
    let usage = administration::usage(&tx).await?.into();
    let view = PlatformOrganizationView { usage: Some(usage), ..organization.into() };
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes what an organization pays for and may have. What it has beyond a limit stays; it gets no more.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = OrganizationId, Path)),
    request_body = ChangePlan,
    responses((status = 200, body = PlatformOrganizationView)),
)]
#[patch("/v1/platform/organizations/{id}")]
async fn change_plan(admin: Admin, PathId(id): PathId<Organization>, body: Body<ChangePlan>) -> Result<Reply, Refusal> {
    let expected = admin.if_match()?;
    let tx = admin.begin_in(id, Permission::OrganizationManage).await?;
    let change = body.into_inner().into();
    let view: PlatformOrganizationView =
        administration::change_plan(&tx, admin.scope(), expected, change).await?.into();
    tx.commit().await?;
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Invites somebody to own an organization that nobody owns yet.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = OrganizationId, Path)),
    request_body = InviteOwner,
    responses((status = 202)),
)]
#[post("/v1/platform/organizations/{id}/invite-owner")]
async fn invite_owner(
    admin: Admin,
    invitations: Data<Invitations>,
    PathId(id): PathId<Organization>,
    body: Body<InviteOwner>,
) -> Result<Reply, Refusal> {
    let tx = admin.begin_in(id, Permission::MembersManage).await?;
    let invitations = &invitations;
    administration::invite_owner(&tx, admin.scope(), invitations, "/email", &body.into_inner().email).await?;
    tx.commit().await?;
    Ok(Reply::accepted())
}
