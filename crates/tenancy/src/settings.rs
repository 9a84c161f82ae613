//! What an organization has decided for itself.
use purser_entity_tenancy::organization_settings::{self, Entity, Features, Model, Quotas};
use purser_kernel::Currency;
use purser_store::{ports::OrderSettings, prelude::*};
use serde::Serialize;
use serde_json::json;

/// The threshold of a new organization: below it, an order that was read goes to review.
const DEFAULT_CONFIDENCE_THRESHOLD: f64 = 0.85;

/// What is changed. What is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// From 0 to 1.
    pub ai_confidence_threshold: Option<f64>,
    /// The currency of what is written from now on; nothing is converted.
    pub default_currency: Option<Currency>,
}

/// How the settings look in the audit trail.
#[derive(Serialize)]
struct View {
    ai_confidence_threshold: f64,
    default_currency: Currency,
}

impl View {
    fn of(settings: &Model) -> Self {
        Self { ai_confidence_threshold: settings.ai_confidence_threshold, default_currency: settings.default_currency }
    }
}

/// The settings that every organization begins with.
pub(crate) async fn give(tx: &WriteTx) -> Result<(), Problem> {
    let row = organization_settings::ActiveModel {
        default_currency: Set(Currency::USD),
        timezone: Set("UTC".to_owned()),
        locale: Set("en".to_owned()),
        default_model: Set(None),
        quotas: Set(Quotas::default()),
        ai_confidence_threshold: Set(DEFAULT_CONFIDENCE_THRESHOLD),
        monthly_ai_budget_minor: Set(None),
        agent_preferences: Set(json!({})),
        po_approval_threshold_minor: Set(None),
        data_retention_days: Set(None),
        features: Set(Features::default()),
        ..Default::default()
    };
    tx.insert_many([row]).await
}

/// The organization's settings.
pub async fn get(tx: &ReadTx) -> Result<Model, Problem> {
    tx.scope().require(Permission::OrganizationRead)?;
    row(tx).await
}

/// What the organization has decided about its orders. Asks for no permission: whoever works with orders works by it.
pub(crate) async fn for_orders(tx: &ReadTx) -> Result<OrderSettings, Problem> {
    let settings = row(tx).await?;
    Ok(OrderSettings {
        ai_confidence_threshold: settings.ai_confidence_threshold,
        default_currency: settings.default_currency,
    })
}

/// Changes the settings that the caller has read as `version`.
///
/// `stale` when they were changed since, `validation_failed` for a threshold outside of 0 to 1.
pub async fn update(tx: &WriteTx, version: i64, change: Change) -> Result<Model, Problem> {
    tx.scope().require(Permission::OrganizationManage)?;
    if change.ai_confidence_threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
        return Err(Problem::invalid("/ai_confidence_threshold", "out_of_range", "must be from 0 to 1"));
    }
    let settings = row(tx).await?;
    tx.expect_version(&settings, version)?;
    let before = View::of(&settings);
    let settings = tx
        .update(settings, |row| {
            if let Some(threshold) = change.ai_confidence_threshold {
                row.ai_confidence_threshold = Set(threshold);
            }
            if let Some(currency) = change.default_currency {
                row.default_currency = Set(currency);
            }
        })
        .await?;
    let entry = AuditEntry::new("organization_settings.update", "organization_settings", settings.id);
    tx.audit(entry.before(&before).after(&View::of(&settings))).await?;
    Ok(settings)
}

async fn row(tx: &ReadTx) -> Result<Model, Problem> {
    let row = tx.find::<Entity>().one().await?;
    row.ok_or_else(|| Problem::internal("every organization has settings"))
}
