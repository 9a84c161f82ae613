//! What the caller was told of.
use actix_web::{HttpResponse, get, post};
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
use purser_kernel::ids::{Notification, NotificationId};
use purser_messaging::{
    entity::notification,
    notifications::{self, Kind, NotificationFilter},
};
use purser_store::name_of;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(unread_count).service(mark_all).service(mark_read).service(mark_unread);
}

/// Something that the caller was told of.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationView {
    id: NotificationId,
    #[schema(value_type = Kind)]
    kind: String,
    /// The id of what it is about.
    resource_id: Uuid,
    title: String,
    body: String,
    /// A page of the front end, such as `orders/{id}`.
    link: Option<String>,
    /// `low`, `normal` or `high`.
    priority: String,
    /// Null: not read.
    read_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<notification::Model> for NotificationView {
    fn from(notification: notification::Model) -> Self {
        Self {
            id: notification.id,
            kind: notification.kind,
            resource_id: notification.resource_id,
            title: notification.title,
            body: notification.body,
            link: notification.link,
            priority: name_of(&notification.priority),
            read_at: notification.read_at,
            created_at: notification.created_at,
        }
    }
}

/// Which notifications.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListNotifications {
    /// Only those that were not read, or were.
    unread: Option<bool>,
    /// Only those of this kind.
    kind: Option<Kind>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How many were not read.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadCountView {
    unread: i64,
}

/// What was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAll {
    /// The newest notification that the caller has seen. What came after it stays unread.
    up_to: NotificationId,
}

/// How many are read now that were not before.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadAllView {
    read: u64,
}

/// The caller's notifications, the newest first.
#[utoipa::path(
    tag = "Notifications",
    params(ListNotifications),
    responses((status = 200, body = PageView<NotificationView>)),
)]
#[get("/v1/notifications")]
async fn list(unit: Read, Query(query): Query<ListNotifications>) -> Result<Reply, Refusal> {
    let ListNotifications { unread, kind, limit, cursor } = query;
    let page = query::page(limit, cursor)?;
    let tx = unit.begin().await?;
    let page = notifications::list(&tx, NotificationFilter { unread, kind }, &page).await?;
    Ok(Reply::ok(&PageView::of(page, NotificationView::from))?)
}

/// How many of the caller's notifications were not read.
#[utoipa::path(tag = "Notifications", responses((status = 200, body = UnreadCountView)))]
#[get("/v1/notifications/unread-count")]
async fn unread_count(unit: Read) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let unread = notifications::unread_count(&tx).await?;
    Ok(Reply::ok(&UnreadCountView { unread })?)
}

/// Says that the caller has read a notification and all before it.
#[utoipa::path(tag = "Notifications", request_body = ReadAll, responses((status = 200, body = ReadAllView)))]
#[post("/v1/notifications/read-all")]
async fn mark_all(unit: Write, body: Body<ReadAll>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let read = notifications::mark_all(&tx, body.into_inner().up_to).await?;
    unit.commit(tx, Reply::ok(&ReadAllView { read })?).await
}

/// Says that the caller has read a notification.
#[utoipa::path(
    tag = "Notifications",
    params(("id" = NotificationId, Path)),
    responses((status = 200, body = NotificationView)),
)]
#[post("/v1/notifications/{id}/read")]
async fn mark_read(unit: Write, PathId(id): PathId<Notification>, body: NoBody) -> Result<HttpResponse, Refusal> {
    mark(unit, id, &body, true).await
}

/// Says that the caller has not read a notification after all.
#[utoipa::path(
    tag = "Notifications",
    params(("id" = NotificationId, Path)),
    responses((status = 200, body = NotificationView)),
)]
#[post("/v1/notifications/{id}/unread")]
async fn mark_unread(unit: Write, PathId(id): PathId<Notification>, body: NoBody) -> Result<HttpResponse, Refusal> {
    mark(unit, id, &body, false).await
}

async fn mark(unit: Write, id: NotificationId, body: &NoBody, read: bool) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(body).await?;
    let view = NotificationView::from(notifications::mark(&tx, id, read).await?);
    unit.commit(tx, Reply::ok(&view)?).await
}
