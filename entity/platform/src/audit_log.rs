//! Who did what. Append-only: the application's role may not change or delete a row.
use purser_kernel::{OrganizationId, ids::AuditLogId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Category {
    Change,
    Security,
    Access,
    Approval,
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Outcome {
    Success,
    Failure,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_logs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditLogId,
    pub category: Category,
    pub severity: Severity,
    /// `user`, `api_key`, `agent`, `platform_admin` or `system`.
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    /// The person for whom an administrator or an agent acted.
    pub on_behalf_of: Option<Uuid>,
    /// Such as `order.confirm`.
    pub action: String,
    /// Such as `order`.
    pub resource: String,
    pub resource_id: Option<Uuid>,
    /// `{"before": {…}, "after": {…}}`, the changed fields only, secrets left out. What is personal stands in `audit_details`, and
    /// here `[personal]` in its place.
    pub changes: Json,
    /// SHA-256 of what stands in `audit_details`, with its salt; empty where there was nothing personal.
    pub details_hash: Option<Vec<u8>>,
    pub request_id: String,
    pub outcome: Outcome,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
