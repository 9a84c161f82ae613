//! A look at all texts that are there already.
use purser_entity_core::Stateful;
use purser_kernel::{
    OrganizationId,
    ids::{PiiScanId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    /// It is under way, or waits for a worker. One of an organization is.
    Running,
    Done,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pii_scans")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PiiScanId,
    /// The only kind of resource that it looks at; empty for all.
    pub only_resource: Option<String>,
    pub status: Status,
    /// The kind of resource that it has come to.
    pub resource: Option<String>,
    /// The last one of that kind that it has looked at.
    pub resource_id: Option<Uuid>,
    /// Resources that it has looked at.
    pub scanned: i64,
    /// Findings that they have.
    pub found: i64,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
