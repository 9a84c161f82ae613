//! What the organization has Purser keep.
use actix_web::{HttpResponse, delete, get, put};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::PathName,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::SecretString;
use purser_tenancy::secrets::{self, SecretBrief};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(replace).service(remove);
}

/// A secret. Its value is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretView {
    #[schema(example = "openai_api_key")]
    name: String,
    /// The last four characters of its value, to know it by.
    #[schema(example = "7Qx2")]
    last_four: String,
    /// When somebody gave the value that is there.
    last_rotated_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl From<SecretBrief> for SecretView {
    fn from(secret: SecretBrief) -> Self {
        let SecretBrief { name, last_four, last_rotated_at, created_at } = secret;
        Self { name, last_four, last_rotated_at, created_at }
    }
}

/// The value of a secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceSecret {
    /// Of one line or several; white space around it is dropped.
    #[schema(value_type = String, format = Password, min_length = 16, max_length = 8192)]
    value: SecretString,
}

/// Which secret.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes the path")]
struct SecretName {
    /// Small letters, digits and underscores, such as `openai_api_key`.
    #[param(pattern = "^[a-z][a-z0-9_]{1,62}[a-z0-9]$", min_length = 3, max_length = 64)]
    name: String,
}

/// The organization's secrets, by name. No value is shown.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["secrets.manage"])),
    params(PageQuery),
    responses((status = 200, body = PageView<SecretView>)),
)]
#[get("/v1/organization/secrets")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = secrets::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, SecretView::from))?)
}

/// Gives a secret its value, in place of the one it may have.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["secrets.manage"])),
    params(SecretName),
    request_body = ReplaceSecret,
    responses((status = 200, body = SecretView)),
)]
#[put("/v1/organization/secrets/{name}")]
async fn replace(unit: Write, PathName(name): PathName, body: Body<ReplaceSecret>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let secret = secrets::replace(&tx, &name, body.into_inner().value).await?;
    unit.commit(tx, Reply::ok(&SecretView::from(secret))?).await
}

/// Removes a secret for good.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["secrets.manage"])),
    params(SecretName),
    responses((status = 204)),
)]
#[delete("/v1/organization/secrets/{name}")]
async fn remove(unit: Write, PathName(name): PathName) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    secrets::delete(&tx, &name).await?;
    unit.commit(tx, Reply::no_content()).await
}
