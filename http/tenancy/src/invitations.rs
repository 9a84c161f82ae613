//! Invitations, as those who send them see them.
use super::members::view::RoleBrief;
use actix_web::{HttpResponse, get, post, web::Data};
use chrono::{DateTime, Utc};
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Problem, UserId,
    ids::{self, InvitationId, RoleId},
};
use purser_tenancy::invitations::{self, Invitation, Invitations, InvitedRole, Status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(resend).service(revoke);
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// Can be accepted.
    Pending,
    /// Was accepted.
    Accepted,
    /// Ran out.
    Expired,
    /// Was taken back.
    Revoked,
}

impl From<Status> for InvitationStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Accepted => Self::Accepted,
            Status::Expired => Self::Expired,
            Status::Revoked => Self::Revoked,
        }
    }
}

impl From<InvitationStatus> for Status {
    fn from(status: InvitationStatus) -> Self {
        match status {
            InvitationStatus::Pending => Self::Pending,
            InvitationStatus::Accepted => Self::Accepted,
            InvitationStatus::Expired => Self::Expired,
            InvitationStatus::Revoked => Self::Revoked,
        }
    }
}

/// An invitation to join the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    id: InvitationId,
    email: String,
    /// Null when the role was deleted after the invitation had ended.
    role: Option<RoleBrief>,
    status: InvitationStatus,
    /// Who sent it last;
    /// null for the first owner, whom a platform administrator has invited.
    invited_by: Option<UserId>,
    expires_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    /// Who has joined with it.
    accepted_by: Option<UserId>,
    revoked_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Invitation> for InvitationView {
    fn from(Invitation { row, role, status }: Invitation) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: role.map(RoleBrief::from),
            status: status.into(),
            invited_by: row.invited_by,
            expires_at: row.expires_at,
            accepted_at: row.accepted_at,
            accepted_by: row.accepted_by,
            revoked_at: row.revoked_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Who is invited. Exactly one of `role_id` and `role` is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvitation {
    #[schema(format = "email")]
    email: String,
    /// Ranks no higher than the caller and allows nothing that the caller may not.
    role_id: Option<RoleId>,
    /// The role by its name instead, such as `viewer`.
    #[schema(max_length = 64)]
    role: Option<String>,
}

impl CreateInvitation {
    fn role(role_id: Option<RoleId>, role: Option<String>) -> Result<InvitedRole, Problem> {
        match (role_id, role) {
            (Some(id), None) => Ok(InvitedRole::Id(id)),
            (None, Some(name)) => Ok(InvitedRole::Name(name)),
            (None, None) => Err(Problem::invalid("/role_id", "required", "must be given, or the role's name")),
            (Some(_), Some(_)) => Err(Problem::invalid("/role", "ambiguous", "must not be given beside the role's id")),
        }
    }
}

/// Which invitations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListInvitations {
    /// Only those of this status.
    #[param(inline)]
    status: Option<InvitationStatus>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The invitations, the newest first.
#[utoipa::path(
    tag = "Invitations",
    security(("bearer" = ["members.read"])),
    params(ListInvitations),
    responses((status = 200, body = PageView<InvitationView>)),
)]
#[get("/v1/invitations")]
async fn list(unit: Read, accesses: Data<AccessLog>, Query(query): Query<ListInvitations>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let tx = unit.begin().await?;
    let page = invitations::list(&tx, query.status.map(Into::into), &page).await?;
    let seen = page.data.iter().map(|invitation| invitation.row.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("invitation", seen))?;
    Ok(Reply::ok(&PageView::of(page, InvitationView::from))?)
}

/// Invites somebody by mail. They can accept once, within seven days, and become what the role says.
#[utoipa::path(
    tag = "Invitations",
    security(("bearer" = ["members.manage"])),
    request_body = CreateInvitation,
    responses((status = 201, body = InvitationView)),
)]
#[post("/v1/invitations")]
async fn create(
    unit: Write,
    invitations: Data<Invitations>,
    body: Body<CreateInvitation>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let CreateInvitation { email, role_id, role } = body.into_inner();
    let role = CreateInvitation::role(role_id, role)?;
    let view = InvitationView::from(invitations.invite(&tx, &email, role).await?);
    unit.commit(tx, Reply::created(&view)?.etag(view.version)).await
}

/// Sends an invitation again, for another seven days. The link that was sent before is worth nothing any more.
#[utoipa::path(
    tag = "Invitations",
    security(("bearer" = ["members.manage"])),
    params(("id" = InvitationId, Path)),
    responses((status = 200, body = InvitationView)),
)]
#[post("/v1/invitations/{id}/resend")]
async fn resend(
    unit: Write,
    invitations: Data<Invitations>,
    PathId(id): PathId<ids::Invitation>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = InvitationView::from(invitations.resend(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Takes an invitation back.
#[utoipa::path(
    tag = "Invitations",
    security(("bearer" = ["members.manage"])),
    params(("id" = InvitationId, Path)),
    responses((status = 200, body = InvitationView)),
)]
#[post("/v1/invitations/{id}/revoke")]
async fn revoke(unit: Write, PathId(id): PathId<ids::Invitation>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = InvitationView::from(invitations::revoke(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
