//! An organization: the tenant.
use purser_entity_core::{GlobalEntity, SoftDelete, Stateful, Versioned};
use purser_kernel::{OrganizationId, ids::UserId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Active,
    Suspended,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum SubscriptionTier {
    Free,
    Basic,
    Premium,
    Enterprise,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    pub name: String,
    /// Lower case. Never given to another organization, not even after deletion.
    pub slug: String,
    /// What line of business it is in.
    pub kind: Option<String>,
    pub description: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub status: Status,
    pub suspended_at: Option<DateTimeUtc>,
    pub suspension_reason: Option<String>,
    /// A platform administrator has suspended it, and only one re-activates it.
    pub suspended_by_platform: bool,
    pub closed_at: Option<DateTimeUtc>,
    /// Until when what a closed organization had is kept at the least.
    pub purge_after: Option<DateTimeUtc>,
    /// When it was removed for good.
    pub purged_at: Option<DateTimeUtc>,
    pub subscription_tier: SubscriptionTier,
    pub max_users: i32,
    pub max_projects: i32,
    pub max_storage_gb: i32,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
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
