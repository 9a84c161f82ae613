//! The states of an order, and how it came to its own.
use chrono::{DateTime, Utc};
use purser_http::view::ApprovalStatus;
use purser_kernel::UserId;
use purser_ordering::entity::{order, order_status_change};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Not complete.
    Draft,
    /// A person has to look at what was read.
    Review,
    /// Waits to be confirmed.
    Pending,
    /// Binding.
    Confirmed,
    /// Delivered.
    Fulfilled,
    /// Will not be delivered.
    Cancelled,
}

impl From<order::Status> for OrderStatus {
    fn from(status: order::Status) -> Self {
        match status {
            order::Status::Draft => Self::Draft,
            order::Status::Review => Self::Review,
            order::Status::Pending => Self::Pending,
            order::Status::Confirmed => Self::Confirmed,
            order::Status::Fulfilled => Self::Fulfilled,
            order::Status::Cancelled => Self::Cancelled,
        }
    }
}

/// Where an order's request for approval stands.
pub(super) fn approval_status(status: order::ApprovalStatus) -> ApprovalStatus {
    match status {
        order::ApprovalStatus::Pending => ApprovalStatus::Pending,
        order::ApprovalStatus::Approved => ApprovalStatus::Approved,
        order::ApprovalStatus::Rejected => ApprovalStatus::Rejected,
        order::ApprovalStatus::Expired => ApprovalStatus::Expired,
        order::ApprovalStatus::Withdrawn => ApprovalStatus::Withdrawn,
        order::ApprovalStatus::Superseded => ApprovalStatus::Superseded,
    }
}

impl From<OrderStatus> for order::Status {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Draft => Self::Draft,
            OrderStatus::Review => Self::Review,
            OrderStatus::Pending => Self::Pending,
            OrderStatus::Confirmed => Self::Confirmed,
            OrderStatus::Fulfilled => Self::Fulfilled,
            OrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

/// A change of an order's status.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusChangeView {
    /// Null for the first.
    from_status: Option<OrderStatus>,
    to_status: OrderStatus,
    /// Null when no person did it.
    changed_by: Option<UserId>,
    reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<order_status_change::Model> for StatusChangeView {
    fn from(change: order_status_change::Model) -> Self {
        Self {
            from_status: change.from_status.map(Into::into),
            to_status: change.to_status.into(),
            changed_by: change.changed_by,
            reason: change.reason,
            created_at: change.created_at,
        }
    }
}
