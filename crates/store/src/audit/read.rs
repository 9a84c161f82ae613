//! The trail, as it is read: entries, with what is personal in them for as long as it is kept.
use super::personal::together;
use crate::{ReadTx, prelude::*};
use purser_entity_platform::{
    audit_detail,
    audit_log::{self, Category, Column, Entity, Outcome, Severity},
};
use purser_kernel::ids::AuditLogId;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// An entry of the trail.
#[derive(Clone, Debug)]
pub struct AuditLog {
    /// What is kept for good.
    pub entry: audit_log::Model,
    /// What is personal in it; nothing where there was nothing, or it was erased.
    pub details: Option<audit_detail::Model>,
}

impl AuditLog {
    /// The fields that differ, with their personal values for as long as they are kept.
    pub fn changes(&self) -> Value {
        together(&self.entry.changes, self.detail("changes"))
    }

    /// Where the client was.
    pub fn ip(&self) -> Option<String> {
        self.text("ip")
    }

    /// What the client called itself.
    pub fn user_agent(&self) -> Option<String> {
        self.text("user_agent")
    }

    /// Whether what was personal in it was erased.
    pub fn is_erased(&self) -> bool {
        self.details.is_none() && self.entry.details_hash.is_some()
    }

    fn detail(&self, name: &str) -> Option<&Value> {
        self.details.as_ref().and_then(|details| details.details.get(name))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.detail(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// The entries with their details, by one query for all of them.
    pub async fn all(tx: &ReadTx, entries: Vec<audit_log::Model>) -> Result<Vec<Self>, Problem> {
        tx.scope().require(Permission::AuditRead)?;
        let with: Vec<AuditLogId> =
            entries.iter().filter(|entry| entry.details_hash.is_some()).map(|entry| entry.id).collect();
        let mut details = HashMap::with_capacity(with.len());
        if !with.is_empty() {
            let limit = u64::try_from(with.len()).unwrap_or(u64::MAX);
            let rows = tx.find::<audit_detail::Entity>().filter(audit_detail::Column::AuditId.is_in(with));
            details.extend(rows.all(limit).await?.into_iter().map(|row| (row.audit_id, row)));
        }
        Ok(entries.into_iter().map(|entry| Self { details: details.remove(&entry.id), entry }).collect())
    }
}

/// Which entries of the trail are asked for.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only what was done then or later.
    pub since: Option<Moment>,
    /// Only what was done before.
    pub until: Option<Moment>,
    /// Only this category.
    pub category: Option<Category>,
    /// Only what matters so much.
    pub severity: Option<Severity>,
    /// Only what came to this.
    pub outcome: Option<Outcome>,
    /// Only this action.
    pub action: Option<String>,
    /// Only this kind of resource.
    pub resource: Option<String>,
    /// Only this resource.
    pub resource_id: Option<Uuid>,
    /// Only what this kind of actor did.
    pub actor_kind: Option<String>,
    /// Only what this actor did.
    pub actor_id: Option<Uuid>,
    /// Only what this request did.
    pub request_id: Option<String>,
}

impl AuditFilter {
    /// Whether every entry is asked for.
    pub fn is_everything(&self) -> bool {
        let Self {
            since: None,
            until: None,
            category: None,
            severity: None,
            outcome: None,
            action: None,
            resource: None,
            resource_id: None,
            actor_kind: None,
            actor_id: None,
            request_id: None,
        } = self
        else {
            return false;
        };
        true
    }

    /// The entries that are asked for.
    pub fn find(self, tx: &ReadTx) -> Result<Scoped<'_, Entity>, Problem> {
        tx.scope().require(Permission::AuditRead)?;
        Ok(tx
            .find::<Entity>()
            .filter_if(self.since.map(|time| Column::CreatedAt.gte(time)))
            .filter_if(self.until.map(|time| Column::CreatedAt.lt(time)))
            .filter_if(self.category.map(|category| Column::Category.eq(category)))
            .filter_if(self.severity.map(|severity| Column::Severity.eq(severity)))
            .filter_if(self.outcome.map(|outcome| Column::Outcome.eq(outcome)))
            .filter_if(self.action.map(|action| Column::Action.eq(action)))
            .filter_if(self.resource.map(|resource| Column::Resource.eq(resource)))
            .filter_if(self.resource_id.map(|id| Column::ResourceId.eq(id)))
            .filter_if(self.actor_kind.map(|kind| Column::ActorKind.eq(kind)))
            .filter_if(self.actor_id.map(|id| Column::ActorId.eq(id)))
            .filter_if(self.request_id.map(|id| Column::RequestId.eq(id))))
    }
}

/// The organization's trail, newest first.
pub async fn audit_logs(tx: &ReadTx, filter: AuditFilter, page: &PageRequest) -> Result<Page<AuditLog>, Problem> {
    let Page { data, next } = filter.find(tx)?.order_by(Column::CreatedAt, Desc).page(page).await?;
    Ok(Page { data: AuditLog::all(tx, data).await?, next })
}

/// One entry of the trail.
pub async fn audit_log(tx: &ReadTx, id: AuditLogId) -> Result<AuditLog, Problem> {
    tx.scope().require(Permission::AuditRead)?;
    let entry = tx.get::<Entity>(id).await?;
    let entry = AuditLog::all(tx, vec![entry]).await?.pop();
    entry.ok_or_else(|| Problem::internal("an entry was lost"))
}
