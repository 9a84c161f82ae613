//! A promotion that waits for a second person.
use crate::membership::ExtraPermissions;
use purser_entity_core::{Stateful, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{ApprovalRequestId, MembershipId, RoleChangeRequestId, RoleId, UserId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Pending,
    /// Approved and done.
    Applied,
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// What it is about was changed, or whoever asked may not ask it any more.
    Superseded,
}

/// What becomes different, and what it was when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A member has other roles.
    MemberRoles { from: Vec<RoleId>, to: Vec<RoleId> },
    /// A member may more or less beyond their roles.
    MemberPermissions { from: ExtraPermissions, to: ExtraPermissions },
    /// A role that somebody has allows more.
    Role { role_id: RoleId, from: RoleState, to: RoleState },
    /// Promotions need no second person any more.
    FourEyesOff,
}

/// A role as people make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleState {
    pub name: String,
    pub description: Option<String>,
    pub rank: i32,
    pub permissions: Vec<String>,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_change_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleChangeRequestId,
    /// Whose roles or permissions it is about; empty for a role or the setting.
    pub membership_id: Option<MembershipId>,
    pub change: Change,
    pub reason: Option<String>,
    /// Who answers for it; empty for a directory.
    pub requested_by: Option<UserId>,
    pub status: Status,
    /// The question that is asked about it. Without foreign key: approvals are another domain.
    pub approval_id: Option<ApprovalRequestId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
