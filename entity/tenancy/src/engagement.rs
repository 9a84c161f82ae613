//! Work for a client, which only those see who were given access.
use purser_entity_core::{SoftDelete, Stateful, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{EngagementId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Planned,
    Active,
    OnHold,
    Completed,
    Archived,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "engagements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EngagementId,
    pub name: String,
    pub client_name: String,
    pub description: Option<String>,
    pub status: Status,
    pub starts_on: Option<Date>,
    /// Not before `starts_on`.
    pub ends_on: Option<Date>,
    /// Who leads it. Being named gives no access.
    pub lead_id: Option<UserId>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
    #[sea_orm(has_many)]
    pub access: HasMany<super::engagement_access::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
