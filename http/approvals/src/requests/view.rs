//! A request as it is shown.
use chrono::{DateTime, Utc};
use purser_approvals::{
    entity::{approval_decision, approval_request},
    requests::RequestWithDecisions,
};
use purser_http::view::ApprovalStatus;
use purser_kernel::{Currency, Money, UserId, hex, ids::ApprovalRequestId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A status as it is shown.
fn shown(status: approval_request::Status) -> ApprovalStatus {
    use approval_request::Status;
    match status {
        Status::Pending => ApprovalStatus::Pending,
        Status::Approved => ApprovalStatus::Approved,
        Status::Rejected => ApprovalStatus::Rejected,
        Status::Expired => ApprovalStatus::Expired,
        Status::Withdrawn => ApprovalStatus::Withdrawn,
        Status::Superseded => ApprovalStatus::Superseded,
    }
}

/// A status that is asked for.
pub(super) fn asked(status: ApprovalStatus) -> approval_request::Status {
    use approval_request::Status;
    match status {
        ApprovalStatus::Pending => Status::Pending,
        ApprovalStatus::Approved => Status::Approved,
        ApprovalStatus::Rejected => Status::Rejected,
        ApprovalStatus::Expired => Status::Expired,
        ApprovalStatus::Withdrawn => Status::Withdrawn,
        ApprovalStatus::Superseded => Status::Superseded,
    }
}

/// Who or what something is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyView {
    /// Such as `user`, `agent`, `customer`.
    kind: String,
    /// Null for Purser's own work.
    id: Option<Uuid>,
}

/// What was decided about a step.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// Yes.
    Approved,
    /// No.
    Rejected,
}

/// A decision about a step.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionView {
    /// From 1.
    step: i32,
    /// By which it was decided.
    permission: String,
    decided_by: UserId,
    /// Who delegated it.
    on_behalf_of: Option<UserId>,
    decision: DecisionKind,
    reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<approval_decision::Model> for DecisionView {
    fn from(decision: approval_decision::Model) -> Self {
        Self {
            step: decision.step,
            permission: decision.permission,
            decided_by: decision.decided_by,
            on_behalf_of: decision.on_behalf_of,
            decision: match decision.decision {
                approval_decision::Decision::Approved => DecisionKind::Approved,
                approval_decision::Decision::Rejected => DecisionKind::Rejected,
            },
            reason: decision.reason,
            created_at: decision.created_at,
        }
    }
}

/// A request for approval: what exactly would be done, who asks, and what was decided so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    pub(crate) id: ApprovalRequestId,
    status: ApprovalStatus,
    /// The kind of thing.
    #[schema(example = "order")]
    subject: String,
    /// The thing's id.
    subject_id: Uuid,
    /// What would be done, in words.
    summary: String,
    /// What would be done, as data.
    #[schema(value_type = Object)]
    content: Value,
    /// What it costs or is worth; decimal.
    amount: Option<String>,
    /// Of the amount.
    currency: Option<Currency>,
    /// With whom.
    counterparty: Option<PartyView>,
    /// SHA-256 of exactly what is shown: an approval is bound to it.
    payload_hash: String,
    /// Why approval is needed: the names of the policies that hold.
    reasons: Vec<String>,
    /// The permissions that decide, one after the other, as the policies were when the request was last looked at.
    steps: Vec<String>,
    /// The step that is open, from 1.
    step: i32,
    /// What decides the step that is open.
    permission: String,
    /// Who asked and who edited last cannot decide.
    separation_of_duties: bool,
    requested_by: PartyView,
    last_edited_by: Option<UserId>,
    /// Whom it is about; they cannot decide.
    about_user: Option<UserId>,
    /// When it is too late.
    due_at: Option<DateTime<Utc>>,
    /// When it ceased to be open, however.
    decided_at: Option<DateTime<Utc>>,
    /// The first one first.
    decisions: Vec<DecisionView>,
    pub(super) version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<RequestWithDecisions> for ApprovalView {
    fn from(read: RequestWithDecisions) -> Self {
        let RequestWithDecisions { request, decisions } = read;
        let amount = request.amount_minor.zip(request.currency);
        let counterparty = request.counterparty_kind.zip(request.counterparty_id);
        Self {
            id: request.id,
            status: shown(request.status),
            subject: request.subject,
            subject_id: request.subject_id,
            summary: request.summary,
            content: request.content,
            amount: amount.map(|(minor, currency)| Money::from_minor(minor, currency).to_string()),
            currency: request.currency,
            counterparty: counterparty.map(|(kind, id)| PartyView { kind, id: Some(id) }),
            payload_hash: hex::encode(&request.payload_hash),
            reasons: request.reasons.0,
            steps: request.steps.0,
            step: request.step,
            permission: request.permission,
            separation_of_duties: request.separation_of_duties,
            requested_by: PartyView { kind: request.requested_by_kind, id: request.requested_by },
            last_edited_by: request.last_edited_by,
            about_user: request.about_user,
            due_at: request.due_at,
            decided_at: request.decided_at,
            decisions: decisions.into_iter().map(Into::into).collect(),
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }
}
