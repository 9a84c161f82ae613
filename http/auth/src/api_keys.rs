//! API keys.
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, TimeDelta, Utc};
use purser_auth::{
    api_keys::{self, Issued, NewApiKey},
    entity::api_key,
};
use purser_http::{
    body::{Body, OptionalBody},
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    ExposeSecret, Moment, Permission, UserId,
    ids::{ApiKey, ApiKeyId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(rotate).service(revoke);
}

/// A key with which a program acts for the organization.
#[derive(Serialize, ToSchema)]
pub struct ApiKeyView {
    id: ApiKeyId,
    name: String,
    /// How its secrets begin.
    #[schema(example = "purser_02wOzVdHCCWjf6LGhAJRy8")]
    prefix: String,
    /// What it may do, as far as its creator holds it.
    scopes: Vec<Permission>,
    /// Networks from which it may be used; null for anywhere.
    allowed_ips: Option<Vec<String>>,
    created_by: UserId,
    /// Null for a key that works until it is revoked.
    expires_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation works.
    previous_expires_at: Option<DateTime<Utc>>,
    /// To the minute; null before the first time.
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<api_key::Model> for ApiKeyView {
    fn from(key: api_key::Model) -> Self {
        Self {
            id: key.id,
            prefix: api_keys::shown(key.id),
            scopes: api_keys::scopes_of(&key).iter().collect(),
            name: key.name,
            allowed_ips: key.allowed_ips.map(|networks| networks.0),
            created_by: key.created_by,
            expires_at: key.expires_at,
            previous_expires_at: key.previous_expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
            created_at: key.created_at,
        }
    }
}

/// A key whose secret was just made.
#[derive(Serialize, ToSchema)]
pub struct IssuedKeyView {
    #[serde(flatten)]
    key: ApiKeyView,
    /// For the header `Authorization: Bearer`. Shown this once.
    secret: String,
}

impl From<Issued> for IssuedKeyView {
    fn from(issued: Issued) -> Self {
        let Issued { key, secret } = issued;
        Self { key: key.into(), secret: secret.expose_secret().to_owned() }
    }
}

/// A key that is to be created.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    #[schema(max_length = 100)]
    name: String,
    /// Permissions that the caller holds and that decide nothing.
    #[schema(min_items = 1)]
    scopes: Vec<Permission>,
    /// Until when it works; when left out, until it is revoked.
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Option<Moment>,
    /// Addresses and networks such as `192.0.2.0/24`, from which it may be used; when left out, from anywhere.
    #[schema(min_items = 1, max_items = 50)]
    allowed_ips: Option<Vec<String>>,
}

impl From<CreateApiKey> for NewApiKey {
    fn from(body: CreateApiKey) -> Self {
        let CreateApiKey { name, scopes, expires_at, allowed_ips } = body;
        Self { name, scopes, expires_at, allowed_ips }
    }
}

/// How a key is rotated.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateApiKey {
    /// How long the secret before works on; 24 hours when left out.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<u32>,
}

/// Keys, the newest first, with those that were revoked.
#[utoipa::path(
    tag = "API keys",
    security(("bearer" = ["api_keys.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<ApiKeyView>)),
)]
#[get("/v1/api-keys")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = api_keys::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, ApiKeyView::from))?)
}

/// Creates a key. Its secret is shown in this answer and never again.
#[utoipa::path(
    tag = "API keys",
    security(("bearer" = ["api_keys.manage"])),
    request_body = CreateApiKey,
    responses((status = 201, body = IssuedKeyView)),
)]
#[post("/v1/api-keys")]
async fn create(unit: Write, body: Body<CreateApiKey>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = IssuedKeyView::from(api_keys::create(&tx, body.into_inner().into()).await?);
    let location = format!("/v1/api-keys/{}", view.key.id);
    unit.commit(tx, Reply::created(&view)?.location(location)).await
}

/// One key.
#[utoipa::path(
    tag = "API keys",
    security(("bearer" = ["api_keys.read"])),
    params(("id" = ApiKeyId, Path)),
    responses((status = 200, body = ApiKeyView)),
)]
#[get("/v1/api-keys/{id}")]
async fn show(unit: Read, PathId(id): PathId<ApiKey>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    Ok(Reply::ok(&ApiKeyView::from(api_keys::get(&tx, id).await?))?)
}

/// Gives a key another secret, which is shown in this answer and never again. The one before works on for a while.
#[utoipa::path(
    tag = "API keys",
    security(("bearer" = ["api_keys.manage"])),
    params(("id" = ApiKeyId, Path)),
    request_body = Option<RotateApiKey>,
    responses((status = 200, body = IssuedKeyView)),
)]
#[post("/v1/api-keys/{id}/rotate")]
async fn rotate(
    unit: Write,
    PathId(id): PathId<ApiKey>,
    body: OptionalBody<RotateApiKey>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let overlap = body.into_inner().overlap_seconds.map(|seconds| TimeDelta::seconds(seconds.into()));
    let view = IssuedKeyView::from(api_keys::rotate(&tx, id, overlap).await?);
    let reply = unit.commit(tx, Reply::ok(&view)?).await?;
    unit.auth().reload_api_key(unit.scope().organization, id).await;
    Ok(reply)
}

/// Revokes a key: at once at this node, within a second at others.
#[utoipa::path(
    tag = "API keys",
    security(("bearer" = ["api_keys.manage"])),
    params(("id" = ApiKeyId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/api-keys/{id}")]
async fn revoke(unit: Write, PathId(id): PathId<ApiKey>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    api_keys::revoke(&tx, id).await?;
    let reply = unit.commit(tx, Reply::no_content()).await?;
    unit.auth().forget_api_key(unit.scope().organization, id).await;
    Ok(reply)
}
