//! What the caller prefers.
use actix_web::{HttpResponse, get, patch};
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_kernel::Patch;
use purser_tenancy::{
    entity::user_preferences,
    preferences::{self, PreferencesChange},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(update);
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the person's machine has it.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl From<preferences::Theme> for Theme {
    fn from(theme: preferences::Theme) -> Self {
        match theme {
            preferences::Theme::System => Self::System,
            preferences::Theme::Light => Self::Light,
            preferences::Theme::Dark => Self::Dark,
        }
    }
}

impl From<Theme> for preferences::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => Self::System,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

/// What a person prefers in the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreferencesView {
    theme: Theme,
    /// BCP 47. Null: the organization's.
    locale: Option<String>,
    /// Of the IANA database. Null: the organization's.
    timezone: Option<String>,
    /// What a client keeps of its start page.
    dashboard: Value,
    version: i64,
}

impl From<user_preferences::Model> for PreferencesView {
    fn from(preferences: user_preferences::Model) -> Self {
        Self {
            theme: preferences.theme.into(),
            locale: preferences.locale,
            timezone: preferences.timezone,
            dashboard: preferences.dashboard,
            version: preferences.version,
        }
    }
}

/// What changes in the caller's preferences. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePreferences {
    theme: Option<Theme>,
    /// BCP 47.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 35, example = "fr-FR")]
    locale: Patch<String>,
    /// Of the IANA database.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64, example = "Europe/Paris")]
    timezone: Patch<String>,
    /// All of it, at most 16 KiB.
    dashboard: Option<Map<String, Value>>,
}

impl From<UpdatePreferences> for PreferencesChange {
    fn from(body: UpdatePreferences) -> Self {
        let UpdatePreferences { theme, locale, timezone, dashboard } = body;
        Self { theme: theme.map(Into::into), locale, timezone, dashboard }
    }
}

/// What the caller prefers in the organization.
#[utoipa::path(tag = "Organization", responses((status = 200, body = PreferencesView)))]
#[get("/v1/me/preferences")]
async fn show(unit: Read) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = PreferencesView::from(preferences::get(&tx).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes what the caller prefers in the organization.
#[utoipa::path(
    tag = "Organization",
    request_body = UpdatePreferences,
    responses((status = 200, body = PreferencesView)),
)]
#[patch("/v1/me/preferences")]
async fn update(unit: Write, body: Body<UpdatePreferences>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = PreferencesView::from(preferences::update(&tx, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
