//! The audit trail: who did what, in the transaction of the deed.
use crate::{ReadTx, WriteTx, prelude::*};
pub use purser_entity_platform::audit_log::Model as AuditLog;
use purser_entity_platform::audit_log::{self, Category, Column, Outcome, Severity};
use purser_kernel::{Client, Id, ids::AuditLogId};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What is written down about one deed. Who did it, from where and when comes from the transaction's scope.
#[must_use = "an entry is written by WriteTx::audit"]
pub struct AuditEntry {
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
        json!({ "before": before, "after": after })
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

    /// As [`WriteTx::audit`], for many deeds with as few statements as the databases allow.
    pub async fn audit_many(&self, entries: impl IntoIterator<Item = AuditEntry>) -> Result<(), Problem> {
        let scope = self.scope();
        let rows = entries.into_iter().map(|entry| audit_log::ActiveModel {
            category: Set(entry.category),
            severity: Set(entry.severity),
            actor_kind: Set(scope.actor.kind().to_owned()),
            actor_id: Set(scope.actor.id()),
            on_behalf_of: Set(scope.actor.on_behalf_of().map(Id::as_uuid)),
            action: Set(entry.action.to_owned()),
            resource: Set(entry.resource.to_owned()),
            resource_id: Set(entry.resource_id),
            changes: Set(entry.changes()),
            ip: Set(scope.client.ip.clone()),
            user_agent: Set(user_agent(&scope.client)),
            request_id: Set(scope.request_id.clone()),
            outcome: Set(entry.outcome),
            ..Default::default()
        });
        self.insert_many(rows).await
    }
}

/// Which entries of the trail are asked for.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only this action.
    pub action: Option<String>,
    /// Only this kind of resource.
    pub resource: Option<String>,
    /// Only this resource.
    pub resource_id: Option<Uuid>,
    /// Only what this actor did.
    pub actor_id: Option<Uuid>,
}

/// The organization's trail, newest first.
pub async fn audit_logs(
    tx: &ReadTx,
    filter: AuditFilter,
    page: &PageRequest,
) -> Result<Page<audit_log::Model>, Problem> {
    tx.scope().require(Permission::AuditRead)?;
    tx.find::<audit_log::Entity>()
        .filter_if(filter.action.map(|action| Column::Action.eq(action)))
        .filter_if(filter.resource.map(|resource| Column::Resource.eq(resource)))
        .filter_if(filter.resource_id.map(|id| Column::ResourceId.eq(id)))
        .filter_if(filter.actor_id.map(|id| Column::ActorId.eq(id)))
        .page(page)
        .await
}

/// One entry of the trail.
pub async fn audit_log(tx: &ReadTx, id: AuditLogId) -> Result<audit_log::Model, Problem> {
    tx.scope().require(Permission::AuditRead)?;
    tx.get::<audit_log::Entity>(id).await
}
