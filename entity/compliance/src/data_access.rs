//! Who read what may be personal. Append-only.
use purser_kernel::{OrganizationId, ids::DataAccessId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Operation {
    /// It was shown.
    Select,
    /// It left in a file.
    Export,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_access_audit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataAccessId,
    /// As in `audit_logs`.
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub on_behalf_of: Option<Uuid>,
    /// Such as `customer`.
    pub resource: String,
    /// What was read, by its ids.
    pub record_ids: Json,
    pub record_count: i32,
    pub operation: Operation,
    pub contains_pii: bool,
    /// What the reader said it was for.
    pub purpose: Option<String>,
    pub request_id: String,
    /// When it was read.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
