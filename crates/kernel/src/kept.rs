//! What is kept for a time.
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// What an organization keeps for a time and no longer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
    Serialize,
    Deserialize,
)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kept {
    /// The audit trail with what is personal in it. Its seals stay.
    AuditTrail,
    /// Who read what may be personal.
    DataAccess,
    /// Events: streams resume and webhooks are replayed from them.
    Events,
    /// What providers sent.
    InboundEvents,
    /// What people were told, from when they have read it.
    Notifications,
    /// What was used.
    UsageEvents,
    /// What was sent to webhook endpoints, and what they answered.
    WebhookDeliveries,
}

impl Kept {
    /// The name on the wire, such as `audit_trail`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it is, for people.
    pub fn about(self) -> String {
        crate::text::comment(&self)
    }

    /// The fewest days for which it is kept: what is asked for later than that has to be there, such as events by whoever missed them,
    /// or a month's uses by its bill.
    pub fn least_days(self) -> i32 {
        match self {
            Self::AuditTrail | Self::DataAccess | Self::UsageEvents => 90,
            Self::Events | Self::InboundEvents => 7,
            Self::Notifications | Self::WebhookDeliveries => 1,
        }
    }

    /// Whether the server may only add to it, so that the owner of the tables removes what is old.
    pub fn is_append_only(self) -> bool {
        matches!(self, Self::AuditTrail | Self::DataAccess)
    }
}
