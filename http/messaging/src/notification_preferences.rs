//! What the caller wants to be told of, and how.
use actix_web::{HttpResponse, get, patch, web::Data};
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_messaging::notifications::{
    Kind, MailTiming,
    preferences::{self, Channels, ChannelsChange, Preferences, PreferencesChange},
};
use purser_store::ports::NotificationSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(update);
}

/// How the caller is told of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelsView {
    /// When somebody is told of it.
    about: String,
    /// Whether it is in their list.
    in_app: bool,
    /// Whether nobody can keep it out of their list.
    always_in_app: bool,
    /// When it is mailed. Null: mails about it are not notifications, and are sent in any case.
    mail: Option<MailTiming>,
}

/// What the caller wants to be told of.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPreferencesView {
    /// Every kind there is, by its name.
    kinds: BTreeMap<&'static str, ChannelsView>,
    /// The hour at which digests are mailed, in the time zone of `/v1/me/preferences`.
    #[schema(minimum = 0, maximum = 23)]
    digest_hour: u8,
    /// That of `/v1/me/preferences`.
    version: i64,
}

impl From<Preferences> for NotificationPreferencesView {
    fn from(preferences: Preferences) -> Self {
        let Preferences { kinds, digest_hour, version } = preferences;
        let view = |(kind, Channels { in_app, mail }): (Kind, Channels)| {
            let always_in_app = kind.spec().always_in_app;
            (kind.as_str(), ChannelsView { about: kind.about(), in_app, always_in_app, mail })
        };
        Self { kinds: kinds.into_iter().map(view).collect(), digest_hour, version }
    }
}

/// What changes about a kind. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateChannels {
    in_app: Option<bool>,
    mail: Option<MailTiming>,
}

/// What changes in what the caller wants to be told of. Fields and kinds that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateNotificationPreferences {
    /// By the names of kinds, such as `order_confirmed`.
    #[serde(default)]
    #[schema(example = json!({ "order_confirmed": { "in_app": true, "mail": "digest" } }))]
    kinds: BTreeMap<String, UpdateChannels>,
    #[schema(minimum = 0, maximum = 23)]
    digest_hour: Option<u8>,
}

impl From<UpdateNotificationPreferences> for PreferencesChange {
    fn from(body: UpdateNotificationPreferences) -> Self {
        let UpdateNotificationPreferences { kinds, digest_hour } = body;
        let change = |(kind, UpdateChannels { in_app, mail })| (kind, ChannelsChange { in_app, mail });
        Self { kinds: kinds.into_iter().map(change).collect(), digest_hour }
    }
}

/// What the caller wants to be told of in the organization, and how.
#[utoipa::path(tag = "Notifications", responses((status = 200, body = NotificationPreferencesView)))]
#[get("/v1/me/notification-preferences")]
async fn show(unit: Read, settings: Data<dyn NotificationSettings>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = NotificationPreferencesView::from(preferences::get(&tx, &**settings).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes what the caller wants to be told of in the organization.
#[utoipa::path(
    tag = "Notifications",
    request_body = UpdateNotificationPreferences,
    responses((status = 200, body = NotificationPreferencesView)),
)]
#[patch("/v1/me/notification-preferences")]
async fn update(
    unit: Write,
    settings: Data<dyn NotificationSettings>,
    body: Body<UpdateNotificationPreferences>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let change = body.into_inner().into();
    let view = NotificationPreferencesView::from(preferences::update(&tx, &**settings, expected, change).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
