//! The organization of the caller, and those they belong to.
mod lifecycle;

pub use lifecycle::{CloseOrganization, SuspendOrganization};

use actix_web::{HttpResponse, get, patch, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_http_auth::view::OrganizationBrief;
use purser_kernel::{OrganizationId, Patch};
use purser_store::name_of;
use purser_tenancy::{
    entity::organization,
    organizations::{self, OrganizationChange},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(update).service(list).service(found);
    routes.configure(lifecycle::routes);
}

/// How an organization stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationStatus {
    /// Everything is possible.
    Active,
    /// It can be read and re-activated, and nothing else.
    Suspended,
    /// Nobody gets in.
    Closed,
}

impl From<organization::Status> for OrganizationStatus {
    fn from(status: organization::Status) -> Self {
        match status {
            organization::Status::Active => Self::Active,
            organization::Status::Suspended => Self::Suspended,
            organization::Status::Closed => Self::Closed,
        }
    }
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationView {
    id: OrganizationId,
    name: String,
    /// The name in addresses; unique.
    slug: String,
    /// What line of business it is in.
    kind: Option<String>,
    description: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    status: OrganizationStatus,
    suspended_at: Option<DateTime<Utc>>,
    suspension_reason: Option<String>,
    closed_at: Option<DateTime<Utc>>,
    /// Until when what it had is kept at the least.
    purge_after: Option<DateTime<Utc>>,
    subscription_tier: String,
    max_users: i32,
    max_projects: i32,
    max_storage_gb: i32,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<organization::Model> for OrganizationView {
    fn from(organization: organization::Model) -> Self {
        Self {
            id: organization.id,
            name: organization.name,
            slug: organization.slug,
            kind: organization.kind,
            description: organization.description,
            email: organization.email,
            phone: organization.phone,
            website: organization.website,
            status: organization.status.into(),
            suspended_at: organization.suspended_at,
            suspension_reason: organization.suspension_reason,
            closed_at: organization.closed_at,
            purge_after: organization.purge_after,
            subscription_tier: name_of(&organization.subscription_tier),
            max_users: organization.max_users,
            max_projects: organization.max_projects,
            max_storage_gb: organization.max_storage_gb,
            version: organization.version,
            created_at: organization.created_at,
            updated_at: organization.updated_at,
        }
    }
}

/// What changes in the organization. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganization {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// The name in addresses. No other organization has ever had it.
    #[schema(min_length = 3, max_length = 48, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: Option<String>,
    /// What line of business it is in.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    kind: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000, pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")]
    description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "email")]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "phone")]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    website: Patch<String>,
}

impl From<UpdateOrganization> for OrganizationChange {
    fn from(body: UpdateOrganization) -> Self {
        let UpdateOrganization { name, slug, kind, description, email, phone, website } = body;
        Self { name, slug, kind, description, email, phone, website }
    }
}

/// The organization of the caller's token.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.read"])),
    responses((status = 200, body = OrganizationView)),
)]
#[get("/v1/organization")]
async fn show(unit: Read) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = OrganizationView::from(organizations::current(&tx).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes what the organization says of itself.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.manage"])),
    request_body = UpdateOrganization,
    responses((status = 200, body = OrganizationView)),
)]
#[patch("/v1/organization")]
async fn update(unit: Write, body: Body<UpdateOrganization>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = OrganizationView::from(organizations::update(&tx, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// An organization that the caller belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnOrganizationView {
    id: OrganizationId,
    name: String,
    slug: String,
    status: OrganizationStatus,
    closed_at: Option<DateTime<Utc>>,
    /// Until when what it had is kept at the least.
    purge_after: Option<DateTime<Utc>>,
}

impl From<organization::Model> for OwnOrganizationView {
    fn from(organization: organization::Model) -> Self {
        Self {
            id: organization.id,
            name: organization.name,
            slug: organization.slug,
            status: organization.status.into(),
            closed_at: organization.closed_at,
            purge_after: organization.purge_after,
        }
    }
}

/// The organizations that the caller is an active member of, the oldest first, on one page. Closed ones are shown to their owners.
#[utoipa::path(tag = "Organization", responses((status = 200, body = PageView<OwnOrganizationView>)))]
#[get("/v1/organizations")]
async fn list(unit: Read) -> Result<Reply, Refusal> {
    let own = organizations::mine(unit.store(), unit.scope()).await?;
    let data = own.into_iter().map(OwnOrganizationView::from).collect();
    Ok(Reply::ok(&PageView { data, next_cursor: None })?)
}

/// An organization that is to be founded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundOrganization {
    #[schema(max_length = 200)]
    name: String,
}

/// Founds another organization, which the caller owns. `POST /v1/auth/switch-organization` leads there, unless a directory or provider
/// vouches for the caller, who is refused here as well.
#[utoipa::path(
    tag = "Organization",
    request_body = FoundOrganization,
    responses((status = 201, body = OrganizationBrief)),
)]
#[post("/v1/organizations")]
async fn found(unit: Write, body: Body<FoundOrganization>) -> Result<HttpResponse, Refusal> {
    unit.auth().may_found(unit.scope(), unit.session()?).await?;
    let tx = unit.begin_founding(&body).await?;
    let founded = organizations::found_another(&tx, &body.into_inner().name).await?;
    unit.commit(tx, Reply::created(&OrganizationBrief::from(founded))?).await
}
