//! Work for later. Global, because a worker serves every tenant; the payload holds ids and never a tenant's data.
use purser_entity_core::GlobalEntity;
use purser_kernel::{OrganizationId, ids::JobId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    /// Waits for `run_at` and a worker.
    Ready,
    /// Held by `lease_owner` until `leased_until`.
    Running,
    Done,
    /// Failed for good; an operator can see and requeue it.
    Dead,
    /// Not to be done: an operator has said so.
    Cancelled,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub organization_id: Option<OrganizationId>,
    /// Whose turn it takes: the organization's id, or all ones for work of none. Lanes are served in turn.
    pub lane: Uuid,
    pub kind: String,
    pub payload: Json,
    pub status: Status,
    /// Higher runs first, within its lane.
    pub priority: i32,
    pub run_at: DateTimeUtc,
    pub attempts: i32,
    pub max_attempts: i32,
    pub lease_owner: Option<Uuid>,
    pub leased_until: Option<DateTimeUtc>,
    /// At most one waiting job has the same key. A job that failed gives it up.
    pub unique_key: Option<String>,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
