//! What an organization has said about it.
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_compliance::retention_rule::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Id, Kept, ids::RetentionRuleId};
use purser_store::{
    AuditCategory, AuditSeverity,
    ports::{Retention, Settings},
    prelude::*,
};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use strum::VariantArray;
use utoipa::ToSchema;
use uuid::Uuid;

/// A hundred years.
const MAX_DAYS: i32 = 36_500;

/// Who said how long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A rule for it.
    Rule,
    /// `data_retention_days` of the organization's settings.
    Settings,
    /// Nobody.
    Default,
}

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionRule {
    /// What.
    pub what: Kept,
    /// How many days; nothing is for ever.
    pub keep_days: Option<i32>,
    /// Who said so.
    pub source: Source,
}

/// A rule was made, changed or taken back.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionChanged {
    id: RetentionRuleId,
    what: Kept,
    /// How many days it is kept from now on; null is for ever.
    keep_days: Option<i32>,
}

impl DomainEvent for RetentionChanged {
    const TYPE: &'static str = "retention_rule.changed";
    const RESOURCE: &'static str = "retention_rule";
    const READERS: Readers = Readers::Holding(Permission::OrganizationRead);

    fn resource_id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn example() -> Self {
        Self { id: example_id(), what: Kept::InboundEvents, keep_days: Some(30) }
    }
}

/// How long organizations keep what.
#[derive(Clone)]
pub struct RetentionRules {
    /// What organizations have decided.
    pub settings: Arc<dyn Settings>,
    /// How many days notifications are kept after they were read, where nobody said otherwise.
    pub notification_days: i32,
    /// How many days deliveries to webhook endpoints are kept where nobody said otherwise.
    pub webhook_delivery_days: i32,
}

impl RetentionRules {
    /// What there is, and how long it is kept.
    pub async fn list(&self, tx: &ReadTx) -> Result<Vec<RetentionRule>, Problem> {
        tx.scope().require(Permission::OrganizationRead)?;
        self.all(tx).await
    }

    /// Keeps `what` for so many days from now on, or for ever. What is older goes in the night after.
    ///
    /// `not_found` when there is nothing of this name, `validation_failed` for fewer days than it has to be kept.
    pub async fn set(&self, tx: &WriteTx, what: &str, keep_days: Option<i32>) -> Result<RetentionRule, Problem> {
        tx.scope().require(Permission::RetentionManage)?;
        let what = named(what)?;
        let least = what.least_days();
        if keep_days.is_some_and(|days| !(least..=MAX_DAYS).contains(&days)) {
            let message = format!("must be from {least} to {MAX_DAYS} days, or null for ever");
            return Err(Problem::invalid("/keep_days", "out_of_range", message));
        }
        let before = self.of(tx, what).await?;
        let now = tx.now();
        let row = ActiveModel {
            id: Set(Id::generate()),
            kind: Set(what.as_str().to_owned()),
            keep_days: Set(keep_days),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        // Of two at once the second waits, and what it says holds.
        let row = tx.upsert(row, [Column::Kind], [Column::KeepDays, Column::UpdatedAt]).await?;
        let after = RetentionRule { what, keep_days, source: Source::Rule };
        self.written(tx, row.id, before, after).await?;
        Ok(after)
    }

    /// Takes the rule back: it is kept as if nobody had said anything about it. `not_found` where there is no rule.
    pub async fn unset(&self, tx: &WriteTx, what: &str) -> Result<(), Problem> {
        tx.scope().require(Permission::RetentionManage)?;
        let what = named(what)?;
        let rule = tx.find_for_update::<Entity>().filter(Column::Kind.eq(what.as_str())).one().await?;
        let rule = rule.ok_or_else(|| Problem::not_found("retention rule"))?;
        let before = RetentionRule { what, keep_days: rule.keep_days, source: Source::Rule };
        tx.remove::<Entity>(Column::Id.eq(rule.id)).await?;
        let after = self.of(tx, what).await?;
        self.written(tx, rule.id, before, after).await
    }

    async fn written(
        &self,
        tx: &WriteTx,
        id: RetentionRuleId,
        before: RetentionRule,
        after: RetentionRule,
    ) -> Result<(), Problem> {
        let view =
            |rule: RetentionRule| json!({ "what": rule.what, "keep_days": rule.keep_days, "source": rule.source });
        let entry = AuditEntry::new("retention_rule.change", "retention_rule", id);
        let entry = entry.category(AuditCategory::Security).severity(AuditSeverity::Warning);
        tx.audit(entry.before(&view(before)).after(&view(after))).await?;
        tx.emit(&RetentionChanged { id, what: after.what, keep_days: after.keep_days }).await
    }

    async fn of(&self, tx: &ReadTx, what: Kept) -> Result<RetentionRule, Problem> {
        let rule = tx.find::<Entity>().filter(Column::Kind.eq(what.as_str())).one().await?;
        Ok(self.decided(what, rule.as_ref(), self.settings.retention_days(tx).await?))
    }

    async fn all(&self, tx: &ReadTx) -> Result<Vec<RetentionRule>, Problem> {
        let limit = u64::try_from(Kept::VARIANTS.len()).map_err(Problem::internal)?;
        let rules = tx.find::<Entity>().order_by(Column::Kind, Asc).all(limit).await?;
        let days = self.settings.retention_days(tx).await?;
        let rule = |what: Kept| rules.iter().find(|rule| rule.kind == what.as_str());
        Ok(Kept::VARIANTS.iter().map(|what| self.decided(*what, rule(*what), days)).collect())
    }

    fn usual(&self, what: Kept) -> Option<i32> {
        match what {
            Kept::AuditTrail | Kept::DataAccess | Kept::UsageEvents => None,
            Kept::Events | Kept::InboundEvents => Some(90),
            Kept::Notifications => Some(self.notification_days),
            Kept::WebhookDeliveries => Some(self.webhook_delivery_days),
        }
    }

    /// A rule of its own; else what the settings say, but for what looks after those who change settings; else what is usual.
    fn decided(&self, what: Kept, rule: Option<&Model>, settings: Option<i32>) -> RetentionRule {
        let (keep_days, source) = match (rule, settings) {
            (Some(rule), _) => (rule.keep_days, Source::Rule),
            (None, Some(days)) if !what.is_append_only() => (Some(days.max(what.least_days())), Source::Settings),
            (None, _) => (self.usual(what), Source::Default),
        };
        RetentionRule { what, keep_days, source }
    }
}

#[async_trait]
impl Retention for RetentionRules {
    async fn kept_since(&self, tx: &ReadTx, what: Kept) -> Result<Option<Timestamp>, Problem> {
        let rule = self.of(tx, what).await?;
        Ok(rule.keep_days.map(|days| tx.now() - TimeDelta::days(days.into())))
    }
}

fn named(what: &str) -> Result<Kept, Problem> {
    what.parse().map_err(|_| Problem::not_found("retention rule"))
}
