//! What becomes different in the settings, as people write it and as it is kept.
use crate::{kept, regional};
use purser_entity_tenancy::organization_settings::{ActiveModel, Features, Model, Quotas};
use purser_kernel::{Currency, FieldError, Money, Patch, text::Findings};
use purser_store::{prelude::*, set_if};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is changed in the settings. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// The currency of what is written from now on, ISO 4217; nothing is converted. Each threshold that is set must be given anew
    /// with it.
    pub default_currency: Option<String>,
    /// Of the IANA database, such as `Europe/Paris`.
    pub timezone: Option<String>,
    /// BCP 47, such as `fr-FR`.
    pub locale: Option<String>,
    /// Empty: the installation's.
    pub default_model: Patch<String>,
    /// How much of a resource may be used in a month, by the resource's name.
    pub quotas: Option<BTreeMap<String, i64>>,
    /// From 0 to 1.
    pub ai_confidence_threshold: Option<f64>,
    /// US dollars in a month; empty: no limit.
    pub monthly_ai_budget: Patch<String>,
    /// Whatever agents are to know.
    pub agent_preferences: Option<Map<String, Value>>,
    /// In `default_currency`; empty: every purchase order needs a decision.
    pub po_approval_threshold: Patch<String>,
    /// In `default_currency`; empty: no order needs a decision for its amount.
    pub order_approval_threshold: Patch<String>,
    /// Whether a promotion to admin or owner needs a second person.
    pub role_changes_need_approval: Option<bool>,
    /// Whether nobody signs in with a password alone.
    pub require_mfa: Option<bool>,
    /// Whether platform administrators may act for members, for 30 minutes at most.
    pub allow_impersonation: Option<bool>,
    /// How many days logs are kept that no rule speaks of. Empty: as is usual.
    pub data_retention_days: Patch<i32>,
    /// How long what was deleted can be brought back before it is purged.
    pub deletion_retention_days: Option<i32>,
    /// Which optional features are on, by name.
    pub features: Option<BTreeMap<String, bool>>,
}

const MAX_MODEL: usize = 128;
/// Ten years, and the leap days in them.
const MAX_RETENTION_DAYS: i32 = 3653;
const MAX_NAMES: usize = 100;
const MAX_NAME: usize = 64;
/// A change that can be made.
pub(super) struct Checked {
    change: SettingsChange,
    default_currency: Option<Currency>,
    monthly_ai_budget: Patch<i64>,
    po_approval_threshold: Patch<i64>,
    order_approval_threshold: Patch<i64>,
}

impl SettingsChange {
    pub(super) fn checked(mut self, before: &Model) -> Result<Checked, Problem> {
        let mut found = Findings::new();
        let currency = self.default_currency.as_deref().map(|code| Currency::parse("/default_currency", code));
        let currency = found.check(currency.transpose())?.flatten();
        let zone = self.timezone.map(|name| regional::timezone("/timezone", &name)).transpose();
        self.timezone = found.check(zone)?.flatten();
        let locale = self.locale.map(|tag| regional::locale("/locale", &tag)).transpose();
        self.locale = found.check(locale)?.flatten();
        let model = self.default_model.try_map(|name| text::line("/default_model", &name, MAX_MODEL));
        self.default_model = found.check(model)?.unwrap_or_default();
        if self.ai_confidence_threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
            found.add(FieldError::new("/ai_confidence_threshold", "out_of_range", "must be from 0 to 1"));
        }
        if matches!(self.data_retention_days, Patch::Value(days) if !(1..=MAX_RETENTION_DAYS).contains(&days)) {
            let message = format!("must be from 1 to {MAX_RETENTION_DAYS}");
            found.add(FieldError::new("/data_retention_days", "out_of_range", message));
        }
        if self.deletion_retention_days.is_some_and(|days| !(1..=MAX_RETENTION_DAYS).contains(&days)) {
            let message = format!("must be from 1 to {MAX_RETENTION_DAYS}");
            found.add(FieldError::new("/deletion_retention_days", "out_of_range", message));
        }
        if let Some(quotas) = &self.quotas {
            found.check(names("/quotas", quotas.keys()))?;
            let negative = quotas.iter().filter(|(_, most)| **most < 0);
            negative.for_each(|(name, _)| {
                found.add(FieldError::new(format!("/quotas/{name}"), "out_of_range", "must not be negative"));
            });
        }
        if let Some(features) = &self.features {
            found.check(names("/features", features.keys()))?;
        }
        let preferences = self.agent_preferences.as_ref();
        found.check(preferences.map_or(Ok(()), |preferences| kept::check("/agent_preferences", preferences)))?;

        let now = currency.unwrap_or(before.default_currency);
        let budget = amount("/monthly_ai_budget", self.monthly_ai_budget.clone(), Currency::USD);
        let po = amount("/po_approval_threshold", self.po_approval_threshold.clone(), now);
        let order = amount("/order_approval_threshold", self.order_approval_threshold.clone(), now);
        let checked = Checked {
            monthly_ai_budget: found.check(budget)?.unwrap_or_default(),
            po_approval_threshold: found.check(po)?.unwrap_or_default(),
            order_approval_threshold: found.check(order)?.unwrap_or_default(),
            default_currency: currency,
            change: self,
        };
        if now != before.default_currency {
            let left_out = |pointer, was: Option<i64>, change: &Patch<String>| {
                let missing = was.is_some() && matches!(change, Patch::Absent);
                let message = "must be given in the new currency, or as null";
                missing.then(|| FieldError::new(pointer, "required_with_currency", message))
            };
            let Model { po_approval_threshold_minor: po, order_approval_threshold_minor: order, .. } = before;
            let SettingsChange { po_approval_threshold, order_approval_threshold, .. } = &checked.change;
            let missing = [
                left_out("/po_approval_threshold", *po, po_approval_threshold),
                left_out("/order_approval_threshold", *order, order_approval_threshold),
            ];
            missing.into_iter().flatten().for_each(|error| found.add(error));
        }
        found.finish()?;
        Ok(checked)
    }
}

/// An amount of at least nothing, in minor units.
fn amount(pointer: &str, change: Patch<String>, currency: Currency) -> Result<Patch<i64>, Problem> {
    change.try_map(|text| {
        let minor = Money::parse(&text, currency).map_err(|error| error.at(pointer))?.minor();
        if minor < 0 { Err(Problem::invalid(pointer, "out_of_range", "must not be negative")) } else { Ok(minor) }
    })
}

/// Names as they stand in code: lower case, digits, underscores and dots.
fn names<'n>(pointer: &str, names: impl ExactSizeIterator<Item = &'n String>) -> Result<(), Problem> {
    if names.len() > MAX_NAMES {
        return Err(Problem::invalid(pointer, "too_many", format!("must have at most {MAX_NAMES} entries")));
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    let mut wrong = names.filter(|name| !(1..=MAX_NAME).contains(&name.len()) || !name.chars().all(fits));
    wrong.next().map_or(Ok(()), |_| {
        let message =
            format!("has a name that is not made of 1 to {MAX_NAME} lower-case letters, digits, underscores and dots");
        Err(Problem::invalid(pointer, "invalid_name", message))
    })
}

impl Checked {
    pub(super) fn ends_four_eyes(&self) -> bool {
        self.change.role_changes_need_approval == Some(false)
    }

    pub(super) fn apply(self, row: &mut ActiveModel) {
        let Self { change, default_currency, monthly_ai_budget, po_approval_threshold, order_approval_threshold } =
            self;
        let SettingsChange {
            default_currency: _,
            timezone,
            locale,
            default_model,
            quotas,
            ai_confidence_threshold,
            monthly_ai_budget: _,
            agent_preferences,
            po_approval_threshold: _,
            order_approval_threshold: _,
            role_changes_need_approval,
            require_mfa,
            allow_impersonation,
            data_retention_days,
            deletion_retention_days,
            features,
        } = change;
        set_if(&mut row.default_currency, default_currency);
        set_if(&mut row.timezone, timezone);
        set_if(&mut row.locale, locale);
        set_if(&mut row.default_model, default_model.into_change());
        set_if(&mut row.quotas, quotas.map(Quotas));
        set_if(&mut row.ai_confidence_threshold, ai_confidence_threshold);
        set_if(&mut row.monthly_ai_budget_minor, monthly_ai_budget.into_change());
        set_if(&mut row.agent_preferences, agent_preferences.map(Value::Object));
        set_if(&mut row.po_approval_threshold_minor, po_approval_threshold.into_change());
        set_if(&mut row.order_approval_threshold_minor, order_approval_threshold.into_change());
        set_if(&mut row.role_changes_need_approval, role_changes_need_approval);
        set_if(&mut row.require_mfa, require_mfa);
        set_if(&mut row.allow_impersonation, allow_impersonation);
        set_if(&mut row.data_retention_days, data_retention_days.into_change());
        set_if(&mut row.deletion_retention_days, deletion_retention_days);
        set_if(&mut row.features, features.map(Features));
    }
}
