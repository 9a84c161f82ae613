//! The caller, as they see themselves.
use actix_web::{HttpResponse, get, post};
use purser_auth::{Person, people};
use purser_http::{
    body::NoBody,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_http_auth::view::{OrganizationBrief, PersonView};
use purser_kernel::Permission;
use purser_tenancy::members::{self, Standing};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(complete_onboarding);
}

/// The caller and where they act.
#[derive(Serialize, ToSchema)]
pub struct MeView {
    user: PersonView,
    organization: OrganizationBrief,
    /// Whether the organization is suspended: nothing but reading and re-activating it is possible.
    is_suspended: bool,
    /// Whether the caller has been shown around in the organization.
    onboarding_completed: bool,
    /// The names of the roles, the highest first.
    roles: Vec<String>,
    permissions: Vec<Permission>,
}

impl MeView {
    fn of(person: Person, standing: Standing) -> Self {
        let Standing { organization, membership, onboarding_completed } = standing;
        Self {
            user: person.into(),
            organization: organization.into(),
            is_suspended: membership.suspended,
            onboarding_completed,
            roles: membership.roles,
            permissions: membership.permissions.iter().collect(),
        }
    }
}

/// The caller, the organization of their token, and what they may do in it.
#[utoipa::path(tag = "Organization", responses((status = 200, body = MeView)))]
#[get("/v1/me")]
async fn show(unit: Read) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let (person, standing) = (people::me(&tx).await?, members::me(&tx).await?);
    Ok(Reply::ok(&MeView::of(person, standing))?)
}

/// Writes down that the caller has been shown around in the organization. Twice is as good as once.
#[utoipa::path(tag = "Organization", responses((status = 204)))]
#[post("/v1/me/complete-onboarding")]
async fn complete_onboarding(unit: Write, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    members::complete_onboarding(&tx).await?;
    unit.commit(tx, Reply::no_content()).await
}
