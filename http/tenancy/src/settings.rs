//! What an organization has decided for itself.
use actix_web::{HttpResponse, get, patch, web::Data};
use chrono::{DateTime, Utc};
use purser_approvals::ApprovalService;
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_kernel::{Currency, Money, Patch};
use purser_tenancy::{
    entity::organization_settings,
    settings::{self, SettingsChange},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(update);
}

/// What an organization has decided for itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    /// Of what is written from now on.
    default_currency: Currency,
    /// Of the IANA database.
    #[schema(example = "Europe/Paris")]
    timezone: String,
    /// BCP 47.
    #[schema(example = "fr-FR")]
    locale: String,
    /// Null: the installation's.
    default_model: Option<String>,
    /// How much of a resource may be used in a month. What is not named is not limited.
    quotas: BTreeMap<String, i64>,
    /// From 0 to 1: an order that was read with less goes to review.
    ai_confidence_threshold: f64,
    /// US dollars in a month. Null: no limit.
    monthly_ai_budget: Option<String>,
    /// Whatever agents are to know.
    agent_preferences: Value,
    /// In `default_currency`: a purchase order above it needs a decision. Null: every one does.
    po_approval_threshold: Option<String>,
    /// In `default_currency`: an order above it needs a decision of its own. Null: none does for its amount.
    order_approval_threshold: Option<String>,
    /// Whether a promotion to admin or owner needs a second person.
    role_changes_need_approval: bool,
    /// Whether nobody signs in with a password alone.
    require_mfa: bool,
    /// Whether platform administrators may act for members, for 30 minutes at most.
    allow_impersonation: bool,
    /// How many days logs are kept that no rule of `/v1/retention-rules` speaks of, but for the audit trail and who read what. Null: as is
    /// usual.
    data_retention_days: Option<i32>,
    /// How long what was deleted can be brought back before it is purged.
    deletion_retention_days: i32,
    /// Which optional features are on. What is not named has its default.
    features: BTreeMap<String, bool>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<organization_settings::Model> for SettingsView {
    fn from(settings: organization_settings::Model) -> Self {
        let amount = |minor: Option<i64>, currency| minor.map(|minor| Money::from_minor(minor, currency).to_string());
        let currency = settings.default_currency;
        Self {
            default_currency: currency,
            timezone: settings.timezone,
            locale: settings.locale,
            default_model: settings.default_model,
            quotas: settings.quotas.0,
            ai_confidence_threshold: settings.ai_confidence_threshold,
            monthly_ai_budget: amount(settings.monthly_ai_budget_minor, Currency::USD),
            agent_preferences: settings.agent_preferences,
            po_approval_threshold: amount(settings.po_approval_threshold_minor, currency),
            order_approval_threshold: amount(settings.order_approval_threshold_minor, currency),
            role_changes_need_approval: settings.role_changes_need_approval,
            require_mfa: settings.require_mfa,
            allow_impersonation: settings.allow_impersonation,
            data_retention_days: settings.data_retention_days,
            deletion_retention_days: settings.deletion_retention_days,
            features: settings.features.0,
            version: settings.version,
            created_at: settings.created_at,
            updated_at: settings.updated_at,
        }
    }
}

/// What changes in the settings. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSettings {
    /// Nothing is converted. Each threshold that is set must be given anew in the same request.
    #[schema(value_type = Option<Currency>)]
    default_currency: Option<String>,
    /// Of the IANA database.
    #[schema(max_length = 64, example = "Europe/Paris")]
    timezone: Option<String>,
    /// BCP 47.
    #[schema(max_length = 35, example = "fr-FR")]
    locale: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 128)]
    default_model: Patch<String>,
    /// All of them: what is not named is not limited.
    quotas: Option<BTreeMap<String, i64>>,
    #[schema(minimum = 0, maximum = 1)]
    ai_confidence_threshold: Option<f64>,
    /// US dollars in a month.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[0-9]{1,15}(\.[0-9]{1,2})?$")]
    monthly_ai_budget: Patch<String>,
    /// All of them, at most 16 KiB.
    agent_preferences: Option<Map<String, Value>>,
    /// With at most the decimal places of the currency.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[0-9]{1,15}(\.[0-9]{1,3})?$")]
    po_approval_threshold: Patch<String>,
    /// With at most the decimal places of the currency.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[0-9]{1,15}(\.[0-9]{1,3})?$")]
    order_approval_threshold: Patch<String>,
    /// Switched on by one person. It takes two to switch it off: `POST /v1/role-change-requests`.
    role_changes_need_approval: Option<bool>,
    require_mfa: Option<bool>,
    /// Whether platform administrators may act for members, for 30 minutes at most. Taken back, it is over for those who do.
    allow_impersonation: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 3653)]
    data_retention_days: Patch<i32>,
    /// Of what was deleted before, too.
    #[schema(minimum = 1, maximum = 3653)]
    deletion_retention_days: Option<i32>,
    /// All of them: what is not named has its default.
    features: Option<BTreeMap<String, bool>>,
}

impl From<UpdateSettings> for SettingsChange {
    fn from(body: UpdateSettings) -> Self {
        let UpdateSettings {
            default_currency,
            timezone,
            locale,
            default_model,
            quotas,
            ai_confidence_threshold,
            monthly_ai_budget,
            agent_preferences,
            po_approval_threshold,
            order_approval_threshold,
            role_changes_need_approval,
            require_mfa,
            allow_impersonation,
            data_retention_days,
            deletion_retention_days,
            features,
        } = body;
        Self {
            default_currency,
            timezone,
            locale,
            default_model,
            quotas,
            ai_confidence_threshold,
            monthly_ai_budget,
            agent_preferences,
            po_approval_threshold,
            order_approval_threshold,
            role_changes_need_approval,
            require_mfa,
            allow_impersonation,
            data_retention_days,
            deletion_retention_days,
            features,
        }
    }
}

/// The organization's settings.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.read"])),
    responses((status = 200, body = SettingsView)),
)]
#[get("/v1/organization/settings")]
async fn show(unit: Read) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = SettingsView::from(settings::get(&tx).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes the organization's settings.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.manage"])),
    request_body = UpdateSettings,
    responses((status = 200, body = SettingsView)),
)]
#[patch("/v1/organization/settings")]
async fn update(
    unit: Write,
    approvals: Data<ApprovalService>,
    body: Body<UpdateSettings>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let approvals = approvals.as_ref();
    let view = SettingsView::from(settings::update(&tx, approvals, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
