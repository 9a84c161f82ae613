//! An organization's settings: one row for each.
use purser_entity_core::Versioned;
use purser_kernel::{Currency, OrganizationId, ids::OrganizationSettingsId};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much of a resource (searches, messages, documents …) may be used in a month. What is not named is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Quotas(pub BTreeMap<String, i64>);

/// Which optional features are on. What is not named has the default of its code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Features(pub BTreeMap<String, bool>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationSettingsId,
    pub default_currency: Currency,
    /// Of the IANA database, such as `Europe/Paris`.
    pub timezone: String,
    /// BCP 47, such as `fr-FR`.
    pub locale: String,
    /// Empty: the installation's.
    pub default_model: Option<String>,
    pub quotas: Quotas,
    /// From 0 to 1: an order read with less goes to review.
    pub ai_confidence_threshold: f64,
    /// US cents, since models are priced in US dollars. Empty: no limit.
    pub monthly_ai_budget_minor: Option<i64>,
    pub agent_preferences: Json,
    /// In `default_currency`. Empty: every purchase order needs a decision.
    pub po_approval_threshold_minor: Option<i64>,
    /// In `default_currency`: an order above it needs a decision of its own. Empty: none does.
    pub order_approval_threshold_minor: Option<i64>,
    /// A promotion to admin or owner needs a second person.
    pub role_changes_need_approval: bool,
    /// Nobody signs in with a password alone.
    pub require_mfa: bool,
    /// Platform administrators may act for members, for 30 minutes at most.
    pub allow_impersonation: bool,
    /// Logs that no rule of `retention_rules` speaks of, but for those that are append-only. Empty: as is usual.
    pub data_retention_days: Option<i32>,
    /// How long what was deleted can be brought back before it is purged.
    pub deletion_retention_days: i32,
    pub features: Features,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
