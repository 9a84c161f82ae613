//! A person in an organization: what every reference to a person points to.
use purser_entity_core::{PersonEntity, Stateful, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{MembershipId, UserId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Invited,
    Active,
    Disabled,
    /// The row stays: what the person has done refers to it.
    Removed,
}

/// Permissions beyond the roles, by name. A name that the code no longer knows is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct ExtraPermissions {
    pub grants: Vec<String>,
    /// Stronger than any grant.
    pub denials: Vec<String>,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// Unique in the organization.
    pub user_id: UserId,
    pub status: Status,
    pub onboarding_completed: bool,
    pub extra_permissions: ExtraPermissions,
    pub last_active_at: Option<DateTimeUtc>,
    /// Sessions that were opened in this organization before are over.
    pub sessions_valid_from: Option<DateTimeUtc>,
    /// Who could decide about promotions and lost that counts until then: nobody is alone by shutting the others out.
    pub could_decide_until: Option<DateTimeUtc>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
    #[sea_orm(has_many)]
    pub roles: HasMany<super::membership_role::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl PersonEntity for Entity {
    const USER_ID: Column = Column::UserId;
}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
