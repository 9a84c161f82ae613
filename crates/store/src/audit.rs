//! The audit trail: who did what, in the transaction of the deed.
mod personal;
mod read;

pub use personal::details_hash;
pub use read::{AuditFilter, AuditLog, audit_log, audit_logs};

use crate::{WriteTx, prelude::*};
use personal::Personal;
use purser_entity_platform::{
    audit_detail,
    audit_log::{self, Category, Outcome, Severity},
};
use purser_kernel::{Client, Id, canonical::settled, ids::AuditLogId, random};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What is written down about one deed. Who did it, from where and when comes from the transaction's scope.
#[must_use = "an entry is written by WriteTx::audit"]
pub struct AuditEntry {
    id: AuditLogId,
    category: Category,
    severity: Severity,
    outcome: Outcome,
    action: &'static str,
    resource: &'static str,
    resource_id: Option<Uuid>,
    before: Option<Value>,
    after: Option<Value>,
}

impl AuditEntry {
    /// `action` was done to a `resource`, such as `order.confirm` to an `order`.
    pub fn new<K>(action: &'static str, resource: &'static str, id: Id<K>) -> Self {
        Self { resource_id: Some(id.as_uuid()), ..Self::of_many(action, resource) }
    }

    /// `action` was done to many of `resource` at once, such as `product.import`.
    pub fn of_many(action: &'static str, resource: &'static str) -> Self {
        Self {
            id: Id::generate(),
            category: Category::Change,
            severity: Severity::Info,
            outcome: Outcome::Success,
            action,
            resource,
            resource_id: None,
            before: None,
            after: None,
        }
    }

    /// The entry's id, by which it is found once it is written.
    pub fn id(&self) -> AuditLogId {
        self.id
    }

    /// Files the entry under another category than changes.
    pub fn category(mut self, category: Category) -> Self {
        self.category = category;
        self
    }

    /// Says how much the deed matters.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Says that the deed failed, and how much that matters.
    pub fn failed(mut self, severity: Severity) -> Self {
        self.outcome = Outcome::Failure;
        self.severity = severity;
        self
    }

    /// How the resource was. Leave secrets out: what is given here is kept.
    pub fn before(mut self, view: &impl Serialize) -> Self {
        self.before = serde_json::to_value(view).ok();
        self
    }

    /// How the resource is now. Leave secrets out: what is given here is kept.
    pub fn after(mut self, view: &impl Serialize) -> Self {
        self.after = serde_json::to_value(view).ok();
        self
    }

    /// The fields that differ, or all of them where there is only one side.
    fn changes(&self) -> Value {
        let (before, after) = match (&self.before, &self.after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                (differing(before, after), differing(after, before))
            }
            (before, after) => (before.clone().unwrap_or(Value::Null), after.clone().unwrap_or(Value::Null)),
        };
        // A seal hashes it as it is read back.
        settled(json!({ "before": before, "after": after }))
    }
}

fn differing(side: &Map<String, Value>, other: &Map<String, Value>) -> Value {
    let changed = side.iter().filter(|(name, value)| other.get(*name) != Some(value));
    Value::Object(changed.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The longest client name that is kept.
const MAX_USER_AGENT: usize = 300;

/// What the client calls itself, as far as it is kept.
pub(crate) fn user_agent(client: &Client) -> Option<String> {
    client.user_agent.as_ref().map(|name| name.chars().take(MAX_USER_AGENT).collect())
}

impl WriteTx {
    /// Records what the caller did.
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), Problem> {
        self.audit_many([entry]).await
    }

    /// As [`WriteTx::audit`], for many deeds with as few statements as the databases allow. What is personal is written beside, where
    /// it can be erased.
    pub async fn audit_many(&self, entries: impl IntoIterator<Item = AuditEntry>) -> Result<(), Problem> {
        let (mut rows, mut details) = (Vec::new(), Vec::new());
        for entry in entries {
            let (row, detail) = self.audit_row(entry)?;
            rows.push(row);
            details.extend(detail);
        }
        self.insert_many(rows).await?;
        self.insert_many(details).await
    }

    fn audit_row(
        &self,
        entry: AuditEntry,
    ) -> Result<(audit_log::ActiveModel, Option<audit_detail::ActiveModel>), Problem> {
        let scope = self.scope();
        let id = entry.id;
        let Personal { changes, details } = Personal::apart(entry.changes(), &scope.client);
        let detail = details.map(|details| Ok::<_, Problem>((random::bytes::<32>()?, details))).transpose()?;
        let row = audit_log::ActiveModel {
            id: Set(id),
            category: Set(entry.category),
            severity: Set(entry.severity),
            actor_kind: Set(scope.actor.kind().to_owned()),
            actor_id: Set(scope.actor.id()),
            on_behalf_of: Set(scope.actor.on_behalf_of().map(Id::as_uuid)),
            action: Set(entry.action.to_owned()),
            resource: Set(entry.resource.to_owned()),
            resource_id: Set(entry.resource_id),
            changes: Set(changes),
            details_hash: Set(detail.as_ref().map(|(salt, details)| details_hash(salt, details).to_vec())),
            request_id: Set(scope.request_id.clone()),
            outcome: Set(entry.outcome),
            ..Default::default()
        };
        let detail = detail.map(|(salt, details)| audit_detail::ActiveModel {
            audit_id: Set(id),
            salt: Set(salt.to_vec()),
            details: Set(details),
            ..Default::default()
        });
        Ok((row, detail))
    }
}
