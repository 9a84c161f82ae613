//! When something needs a person's approval, and whose.
use purser_entity_core::Versioned;
use purser_kernel::{
    Currency, OrganizationId,
    ids::{ApprovalPolicyId, UserId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// What must be so for the policy to hold: all that is said; always, when nothing is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Condition {
    /// The amount is more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_over: Option<Limit>,
    /// What others to the same counterparty came to in so many days counts with the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_days: Option<i32>,
    /// From 0 to 1: the confidence is less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_below: Option<f64>,
    /// No person asks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub requester_is_agent: bool,
    /// Nothing was ever done with the counterparty.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub counterparty_is_new: bool,
}

/// An amount in its currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub minor: i64,
    pub currency: Currency,
}

/// The permissions that decide, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Steps(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalPolicyId,
    pub name: String,
    /// Such as `order`.
    pub subject: String,
    pub condition: Condition,
    pub steps: Steps,
    /// Who asked, who edited last and who decided another step cannot decide.
    pub separation_of_duties: bool,
    /// Empty: the question stays open. Nothing is approved by time.
    pub due_after_hours: Option<i32>,
    pub reminder_after_hours: Option<i32>,
    /// It follows from the organization's settings.
    pub is_predefined: bool,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
