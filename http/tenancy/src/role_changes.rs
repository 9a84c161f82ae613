//! Promotions that wait for a second person.
use actix_web::{HttpResponse, get, post, web::Data};
use chrono::{DateTime, Utc};
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
    ids::{ApprovalRequestId, MembershipId, RoleChangeRequest as Kind, RoleChangeRequestId},
};
use purser_store::WriteTx;
use purser_tenancy::{
    entity::role_change_request::Status,
    role_changes::{self, RoleChangeRequest, RoleChanges},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{
    IntoParams, ToSchema,
    openapi::schema::{Object, ObjectBuilder, Type},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(withdraw);
}

/// Where a promotion stands that waits for a second person.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleChangeStatus {
    /// Waits for a decision.
    Pending,
    /// Approved and done.
    Applied,
    /// Somebody said no.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// What it is about was changed, or whoever asked may not ask it any more.
    Superseded,
}

impl From<Status> for RoleChangeStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Applied => Self::Applied,
            Status::Rejected => Self::Rejected,
            Status::Expired => Self::Expired,
            Status::Withdrawn => Self::Withdrawn,
            Status::Superseded => Self::Superseded,
        }
    }
}

impl From<RoleChangeStatus> for Status {
    fn from(status: RoleChangeStatus) -> Self {
        match status {
            RoleChangeStatus::Pending => Self::Pending,
            RoleChangeStatus::Applied => Self::Applied,
            RoleChangeStatus::Rejected => Self::Rejected,
            RoleChangeStatus::Expired => Self::Expired,
            RoleChangeStatus::Withdrawn => Self::Withdrawn,
            RoleChangeStatus::Superseded => Self::Superseded,
        }
    }
}

/// A promotion that waits, or waited, for a second person.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleChangeRequestView {
    id: RoleChangeRequestId,
    status: RoleChangeStatus,
    /// Whose roles or permissions it is about; null for a role, and for the end of the four-eyes principle.
    membership_id: Option<MembershipId>,
    /// `kind` says what becomes different (`member_roles`, `member_permissions`, `role`, `four_eyes_off`), `from` and `to` how.
    #[schema(value_type = Object)]
    change: Value,
    reason: Option<String>,
    /// Null for a directory.
    requested_by: Option<UserId>,
    /// The question that is asked about it: it is decided there.
    approval_id: Option<ApprovalRequestId>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<RoleChangeRequest> for RoleChangeRequestView {
    fn from(request: RoleChangeRequest) -> Self {
        Self {
            id: request.id,
            status: request.status.into(),
            membership_id: request.membership_id,
            change: json!(request.change),
            reason: request.reason,
            requested_by: request.requested_by,
            approval_id: request.approval_id,
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }
}

/// Answers that a change waits: 202, and where it is decided.
pub(super) async fn waits(unit: &Write, tx: WriteTx, request: RoleChangeRequest) -> Result<HttpResponse, Refusal> {
    let view = RoleChangeRequestView::from(request);
    let approval = view.approval_id.ok_or_else(|| Problem::internal("what waits has its question"))?;
    let reply = Reply::waits(&view)?.etag(view.version).location(format!("/v1/approvals/{approval}"));
    unit.commit(tx, reply).await
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRoleChanges {
    /// Only those of this status.
    #[param(inline)]
    status: Option<RoleChangeStatus>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Asks that promotions need no second person any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRoleChange {
    /// False.
    #[schema(schema_with = only_false)]
    role_changes_need_approval: bool,
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

fn only_false() -> Object {
    let description = "False: it is switched on in the settings, by one person.";
    ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([false])).description(Some(description)).build()
}

/// Promotions that wait or waited for a second person, the newest first.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.read"])),
    params(ListRoleChanges),
    responses((status = 200, body = PageView<RoleChangeRequestView>)),
)]
#[get("/v1/role-change-requests")]
async fn list(unit: Read, Query(query): Query<ListRoleChanges>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let tx = unit.begin().await?;
    let page = role_changes::list(&tx, query.status.map(Into::into), &page).await?;
    Ok(Reply::ok(&PageView::of(page, RoleChangeRequestView::from))?)
}

/// Asks that promotions need no second person any more, which a second person decides. Promotions themselves are asked for where they
/// are made: by changing a member's roles or permissions, or a role.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["organization.manage"])),
    request_body = CreateRoleChange,
    responses((status = 202, body = RoleChangeRequestView)),
)]
#[post("/v1/role-change-requests")]
async fn create(
    unit: Write,
    role_changes: Data<RoleChanges>,
    body: Body<CreateRoleChange>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let CreateRoleChange { role_changes_need_approval, reason } = body.into_inner();
    if role_changes_need_approval {
        let message = "must be false: it is switched on in the settings";
        return Err(Problem::invalid("/role_changes_need_approval", "must_be_false", message).into());
    }
    let request = role_changes.switch_off(&tx, reason.as_deref()).await?;
    waits(&unit, tx, request).await
}

/// One request.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.read"])),
    params(("id" = RoleChangeRequestId, Path)),
    responses((status = 200, body = RoleChangeRequestView)),
)]
#[get("/v1/role-change-requests/{id}")]
async fn show(unit: Read, PathId(id): PathId<Kind>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = RoleChangeRequestView::from(role_changes::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Takes a request back that waits. Whoever asked may; somebody else's, and a directory's, needs `approvals.manage`, too.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.read"])),
    params(("id" = RoleChangeRequestId, Path)),
    responses((status = 200, body = RoleChangeRequestView)),
)]
#[post("/v1/role-change-requests/{id}/withdraw")]
async fn withdraw(
    unit: Write,
    role_changes: Data<RoleChanges>,
    PathId(id): PathId<Kind>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = RoleChangeRequestView::from(role_changes.withdraw(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
