//! What an organization has decided for itself.
mod change;

use crate::role_changes;
use chrono::TimeDelta;
use purser_entity_tenancy::organization_settings::{self, Entity, Features, Model, Quotas};
use purser_kernel::{Currency, Expected, Money, ids::OrganizationSettingsId};
use purser_store::{
    ports::{Approvals, OrderSettings},
    prelude::*,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub use change::SettingsChange;

/// The threshold of a new organization: below it, an order that was read goes to review.
const DEFAULT_CONFIDENCE_THRESHOLD: f64 = 0.85;

/// Long enough to notice that something is missing, short enough for what is personal.
const DEFAULT_DELETION_RETENTION_DAYS: i32 = 30;

/// The settings were changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsUpdated {
    id: OrganizationSettingsId,
    version: i64,
}

impl DomainEvent for SettingsUpdated {
    const TYPE: &'static str = "organization_settings.updated";
    const RESOURCE: &'static str = "organization_settings";
    const READERS: Readers = Readers::Holding(Permission::OrganizationRead);

    fn resource_id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn example() -> Self {
        Self { id: example_id(), version: 2 }
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
        order_approval_threshold_minor: Set(None),
        role_changes_need_approval: Set(false),
        require_mfa: Set(false),
        allow_impersonation: Set(false),
        data_retention_days: Set(None),
        deletion_retention_days: Set(DEFAULT_DELETION_RETENTION_DAYS),
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

/// Whether members need a second factor. Asks for no permission: who signs in learns it.
pub(crate) async fn requires_mfa(tx: &ReadTx) -> Result<bool, Problem> {
    Ok(row(tx).await?.require_mfa)
}

/// Whether platform administrators may act for members. Asks for no permission: it is asked for them.
pub(crate) async fn allows_impersonation(tx: &ReadTx) -> Result<bool, Problem> {
    Ok(row(tx).await?.allow_impersonation)
}

/// What the organization has decided about its orders. Asks for no permission: whoever works with orders works by it.
pub(crate) async fn for_orders(tx: &ReadTx) -> Result<OrderSettings, Problem> {
    let settings = row(tx).await?;
    Ok(OrderSettings {
        ai_confidence_threshold: settings.ai_confidence_threshold,
        default_currency: settings.default_currency,
    })
}

/// How many days logs are kept. Asks for no permission: what is old goes without anybody asking.
pub(crate) async fn retention_days(tx: &ReadTx) -> Result<Option<i32>, Problem> {
    // Those of an organization that was purged are gone.
    Ok(tx.find::<Entity>().one().await?.and_then(|settings| settings.data_retention_days))
}

/// How long what was deleted can be brought back. Asks for no permission: whoever sees a deletion sees until when.
pub(crate) async fn deletion_retention(tx: &ReadTx) -> Result<TimeDelta, Problem> {
    // Of an organization that is purged nothing is left, neither settings nor deletions.
    let settings = tx.find::<Entity>().one().await?;
    let days = settings.map_or(DEFAULT_DELETION_RETENTION_DAYS, |settings| settings.deletion_retention_days);
    Ok(TimeDelta::days(days.into()))
}

/// Changes the settings, if they have a version that the caller expects.
///
/// `stale` when they were changed since, `validation_failed` for each value that cannot be; also for a threshold that is set and
/// left out while the currency changes: 1,000 euros are not 1,000 yen. `second_person_needed` for the end of the four-eyes principle,
/// while there is a second person. What needs approval is told to `approvals`.
pub async fn update(
    tx: &WriteTx,
    approvals: &dyn Approvals,
    expected: impl Into<Expected>,
    change: SettingsChange,
) -> Result<Model, Problem> {
    tx.scope().require(Permission::OrganizationManage)?;
    let before = row(tx).await?;
    tx.expect_version(&before, expected)?;
    let change = change.checked(&before)?;
    let (was, let_in) = (view(&before), (before.require_mfa, before.allow_impersonation));
    let four_eyes = before.role_changes_need_approval;
    if four_eyes && change.ends_four_eyes() {
        role_changes::may_switch_off(tx).await?;
    }
    let settings = tx.update(before, |row| change.apply(row)).await?;
    if (settings.require_mfa, settings.allow_impersonation) != let_in {
        tx.rights_changed();
    }
    approvals.set_order_limit(tx, order_limit(&settings)).await?;
    if settings.role_changes_need_approval != four_eyes {
        approvals.set_role_changes(tx, settings.role_changes_need_approval).await?;
    }
    written(tx, settings, &was).await
}

/// Promotions need no second person any more: a second person has agreed, or there is none.
pub(crate) async fn end_four_eyes(tx: &WriteTx, approvals: &dyn Approvals, before: Model) -> Result<(), Problem> {
    let was = view(&before);
    let settings = tx.update(before, |row| row.role_changes_need_approval = Set(false)).await?;
    approvals.set_role_changes(tx, false).await?;
    written(tx, settings, &was).await.map(|_| ())
}

async fn written(tx: &WriteTx, settings: Model, was: &Value) -> Result<Model, Problem> {
    let entry = AuditEntry::new("organization_settings.update", "organization_settings", settings.id);
    tx.audit(entry.before(was).after(&view(&settings))).await?;
    tx.emit(&SettingsUpdated { id: settings.id, version: settings.version }).await?;
    Ok(settings)
}

pub(crate) async fn row(tx: &ReadTx) -> Result<Model, Problem> {
    let row = tx.find::<Entity>().one().await?;
    row.ok_or_else(|| Problem::internal("every organization has settings"))
}

/// Orders over this need somebody else's approval.
fn order_limit(settings: &Model) -> Option<Money> {
    threshold(settings.order_approval_threshold_minor, settings.default_currency)
}

fn threshold(minor: Option<i64>, currency: Currency) -> Option<Money> {
    minor.map(|minor| Money::from_minor(minor, currency))
}

/// The settings as the audit trail shows them.
fn view(settings: &Model) -> Value {
    let amount = |minor, currency| threshold(minor, currency).map(|amount| amount.to_string());
    json!({
        "default_currency": settings.default_currency,
        "timezone": settings.timezone,
        "locale": settings.locale,
        "default_model": settings.default_model,
        "quotas": settings.quotas,
        "ai_confidence_threshold": settings.ai_confidence_threshold,
        "monthly_ai_budget": amount(settings.monthly_ai_budget_minor, Currency::USD),
        "agent_preferences": settings.agent_preferences,
        "po_approval_threshold": amount(settings.po_approval_threshold_minor, settings.default_currency),
        "order_approval_threshold": amount(settings.order_approval_threshold_minor, settings.default_currency),
        "role_changes_need_approval": settings.role_changes_need_approval,
        "require_mfa": settings.require_mfa,
        "allow_impersonation": settings.allow_impersonation,
        "data_retention_days": settings.data_retention_days,
        "deletion_retention_days": settings.deletion_retention_days,
        "features": settings.features,
    })
}
