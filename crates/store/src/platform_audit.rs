//! The trail of those who administer the installation: what they did, in the transaction of the deed.
use crate::{System, audit::user_agent, prelude::*};
pub use purser_entity_platform::platform_audit_log::Model as PlatformAuditLog;
use purser_entity_platform::{
    audit_log::Outcome,
    platform_audit_log::{ActiveModel, Column, Entity},
};
use purser_kernel::{Id, OrganizationId, PlatformScope, UserId};
use serde::Serialize;
use serde_json::{Value, json};

/// What is written down about one deed. Who did it, from where and when comes from the scope.
#[must_use = "an entry is written by System::platform_audit"]
pub struct PlatformAuditEntry {
    action: &'static str,
    outcome: Outcome,
    organization: Option<OrganizationId>,
    person: Option<UserId>,
    details: Value,
}

impl PlatformAuditEntry {
    /// `action` was done, such as `organization.suspend`.
    pub fn new(action: &'static str) -> Self {
        Self { action, outcome: Outcome::Success, organization: None, person: None, details: json!({}) }
    }

    /// To this organization.
    pub fn organization(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    /// To this person.
    pub fn person(mut self, person: UserId) -> Self {
        self.person = Some(person);
        self
    }

    /// What else there is to say. Leave out secrets and what belongs to an organization alone: what is given here is kept.
    pub fn details(mut self, details: &impl Serialize) -> Self {
        self.details = serde_json::to_value(details).unwrap_or_default();
        self
    }

    /// Says that the deed failed.
    pub fn failed(mut self) -> Self {
        self.outcome = Outcome::Failure;
        self
    }
}

impl System<'_> {
    /// Records what was done to the installation, or from there to an organization or a person.
    pub async fn platform_audit(self, who: &PlatformScope, entry: PlatformAuditEntry) -> Result<(), Problem> {
        let row = ActiveModel {
            id: Set(Id::generate()),
            admin_id: Set(who.admin),
            action: Set(entry.action.to_owned()),
            outcome: Set(entry.outcome),
            organization_id: Set(entry.organization),
            person_id: Set(entry.person),
            details: Set(entry.details),
            ip: Set(who.client.ip.clone()),
            user_agent: Set(user_agent(&who.client)),
            request_id: Set(who.request_id.clone()),
            ..Default::default()
        };
        self.insert(row).await.map(|_| ())
    }
}

/// Which entries of the platform's trail are asked for.
#[derive(Clone, Debug, Default)]
pub struct PlatformAuditFilter {
    /// Only this action.
    pub action: Option<String>,
    /// Only what this administrator did.
    pub admin_id: Option<UserId>,
    /// Only what was done to this organization.
    pub organization_id: Option<OrganizationId>,
    /// Only what was done to this person.
    pub person_id: Option<UserId>,
}

/// The platform's trail, newest first. Whoever has a [`PlatformScope`] may read it.
pub async fn platform_audit_logs(
    system: System<'_>,
    _: &PlatformScope,
    filter: PlatformAuditFilter,
    page: &PageRequest,
) -> Result<Page<PlatformAuditLog>, Problem> {
    system
        .find::<Entity>()
        .filter_if(filter.action.map(|action| Column::Action.eq(action)))
        .filter_if(filter.admin_id.map(|id| Column::AdminId.eq(id)))
        .filter_if(filter.organization_id.map(|id| Column::OrganizationId.eq(id)))
        .filter_if(filter.person_id.map(|id| Column::PersonId.eq(id)))
        .order_by(Column::CreatedAt, Desc)
        .page(page)
        .await
}
