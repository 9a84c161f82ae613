//! What the caller says of themselves.
use actix_web::{HttpResponse, get, patch};
use purser_auth::profile::{self, Profile, ProfileChange};
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_kernel::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(update);
}

/// What a person says of themselves, the same in all their organizations.
#[derive(Serialize, ToSchema)]
pub struct ProfileView {
    full_name: String,
    /// A name of one word that nobody else has, in whatever case.
    username: Option<String>,
    job_title: Option<String>,
    phone: Option<String>,
    /// The address of a picture of them.
    avatar_url: Option<String>,
    /// Changes with everything that is written of the person, signing in too.
    version: i64,
}

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        let Profile { full_name, username, job_title, phone, avatar_url, version } = profile;
        Self { full_name, username, job_title, phone, avatar_url, version }
    }
}

/// What changes in the caller's profile. Fields that are left out keep their value.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProfile {
    #[schema(min_length = 1, max_length = 200)]
    full_name: Option<String>,
    /// Letters and digits of ASCII, with `.`, `_` or `-` between them.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 64, example = "ann.miller")]
    username: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200, example = "Buyer")]
    job_title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40, example = "+49 30 901820")]
    phone: Patch<String>,
    /// `https://…`
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2048, example = "https://example.com/ann.png")]
    avatar_url: Patch<String>,
}

impl From<UpdateProfile> for ProfileChange {
    fn from(body: UpdateProfile) -> Self {
        let UpdateProfile { full_name, username, job_title, phone, avatar_url } = body;
        Self { full_name, username, job_title, phone, avatar_url }
    }
}

/// What the caller says of themselves.
#[utoipa::path(tag = "Auth", responses((status = 200, body = ProfileView)))]
#[get("/v1/me/profile")]
async fn show(unit: Read) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = ProfileView::from(profile::get(&tx).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes what the caller says of themselves, in all their organizations.
#[utoipa::path(
    tag = "Auth",
    request_body = UpdateProfile,
    responses((status = 200, body = ProfileView), (status = 409, description = "`username_taken`")),
)]
#[patch("/v1/me/profile")]
async fn update(unit: Write, body: Body<UpdateProfile>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = ProfileView::from(profile::update(&tx, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
