//! What is published about requests, and how the audit trail shows them.
use purser_entity_approvals::approval_request::{self, Status};
use purser_kernel::{Money, hex, ids::ApprovalRequestId};
use purser_store::{AuditCategory, name_of, prelude::*};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What every event says of its request. Never what is to be approved: that is for those who may read it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Summary {
    approval_id: ApprovalRequestId,
    subject: String,
    subject_id: Uuid,
    status: String,
    step: i32,
}

/// An event about a request is its summary under a name.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(transparent)]
        pub(crate) struct $event(pub(crate) Summary);

        impl $event {
            pub(crate) fn of(request: &approval_request::Model) -> Self {
                Self(summary(request))
            }
        }

        impl DomainEvent for $event {
            const TYPE: &'static str = $name;
            const RESOURCE: &'static str = "approval_request";
            const READERS: Readers = Readers::Holding(Permission::ApprovalsRead);

            fn resource_id(&self) -> Uuid {
                self.0.approval_id.as_uuid()
            }

            fn example() -> Self {
                let (subject, status) = ("order".to_owned(), "pending".to_owned());
                let subject_id = example_id::<()>().as_uuid();
                Self(Summary { approval_id: example_id(), subject, subject_id, status, step: 1 })
            }
        }
    )*

        /// The events that this crate publishes.
        pub fn event_types() -> Vec<EventType> {
            vec![$(EventType::of::<$event>()),*]
        }
    };
}

events! {
    /// People were asked.
    Requested = "approval.requested";
    /// A step was approved, and another waits.
    Advanced = "approval.advanced";
    /// The last step was approved.
    Approved = "approval.approved";
    /// Somebody said no.
    Rejected = "approval.rejected";
    /// Nobody decided in time.
    Expired = "approval.expired";
    /// Whoever asked no longer wants it.
    Withdrawn = "approval.withdrawn";
    /// What was asked about was changed or is gone.
    Superseded = "approval.superseded";
    /// The policies were changed, and ask for other steps than before.
    StepsChanged = "approval.steps_changed";
    /// A decision is waited for.
    Reminded = "approval.reminded";
}

fn summary(request: &approval_request::Model) -> Summary {
    Summary {
        approval_id: request.id,
        subject: request.subject.clone(),
        subject_id: request.subject_id,
        status: name_of(&request.status),
        step: request.step,
    }
}

/// A request as the audit trail shows it. What it says of people stands in its own row, where it can be erased.
pub(crate) fn view(request: &approval_request::Model) -> Value {
    let amount = request.amount_minor.zip(request.currency).map(|(minor, currency)| Money::from_minor(minor, currency));
    json!({
        "subject": request.subject,
        "subject_id": request.subject_id,
        "amount": amount.map(|amount| amount.to_string()),
        "currency": request.currency,
        "payload_hash": hex::encode(&request.payload_hash),
        "status": name_of(&request.status),
        "step": request.step,
        "steps": request.steps.0,
        "reasons": request.reasons.0,
    })
}

/// An entry about a request.
pub(crate) fn entry(action: &'static str, request: &approval_request::Model) -> AuditEntry {
    AuditEntry::new(action, "approval_request", request.id).category(AuditCategory::Approval).after(&view(request))
}

/// Closes a request that is open, with its audit row and its event.
pub(crate) async fn close(
    tx: &WriteTx,
    request: approval_request::Model,
    status: Status,
) -> Result<approval_request::Model, Problem> {
    let now = tx.now();
    let request = tx
        .update(request, |row| {
            row.status = Set(status);
            row.decided_at = Set(Some(now));
        })
        .await?;
    match status {
        Status::Pending => return Err(Problem::internal("a request is not closed by opening it")),
        Status::Approved => {
            tx.audit(entry("approval.approve", &request)).await?;
            tx.emit(&Approved::of(&request)).await?;
        }
        Status::Rejected => {
            tx.audit(entry("approval.reject", &request)).await?;
            tx.emit(&Rejected::of(&request)).await?;
        }
        Status::Expired => {
            tx.audit(entry("approval.expire", &request)).await?;
            tx.emit(&Expired::of(&request)).await?;
        }
        Status::Withdrawn => {
            tx.audit(entry("approval.withdraw", &request)).await?;
            tx.emit(&Withdrawn::of(&request)).await?;
        }
        Status::Superseded => {
            tx.audit(entry("approval.supersede", &request)).await?;
            tx.emit(&Superseded::of(&request)).await?;
        }
    }
    Ok(request)
}
