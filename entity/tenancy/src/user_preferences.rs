//! What a person prefers in an organization.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{UserId, UserPreferencesId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Theme {
    /// As the person's machine has it.
    System,
    Light,
    Dark,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_preferences")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserPreferencesId,
    /// Unique in the organization.
    pub user_id: UserId,
    pub theme: Theme,
    /// BCP 47. Empty: the organization's.
    pub locale: Option<String>,
    /// Of the IANA database. Empty: the organization's.
    pub timezone: Option<String>,
    /// What they want to be told of, and how, as `notifications` read it.
    pub notification_settings: Json,
    /// What a client keeps of its start page.
    pub dashboard: Json,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
