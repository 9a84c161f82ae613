//! The caller, as they see themselves.
use actix_web::get;
use purser_auth::{Person, people};
use purser_http::{problem::Refusal, reply::Reply, unit::Read};
use purser_http_auth::view::{OrganizationBrief, PersonView};
use purser_kernel::Permission;
use purser_tenancy::members::{self, Standing};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show);
}

/// The caller and where they act.
#[derive(Serialize, ToSchema)]
pub struct MeView {
    user: PersonView,
    organization: OrganizationBrief,
    /// Whether the organization is suspended: nothing but reading and re-activating it is possible.
    is_suspended: bool,
    /// The names of the roles, the highest first.
    roles: Vec<String>,
    permissions: Vec<Permission>,
}

impl MeView {
    fn of(person: Person, standing: Standing) -> Self {
        let Standing { organization, membership } = standing;
        Self {
            user: person.into(),
            organization: organization.into(),
            is_suspended: membership.suspended,
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
