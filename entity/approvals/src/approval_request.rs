//! A question to people: whether exactly this may be done.
use crate::approval_policy::Steps;
use purser_entity_core::{Stateful, Versioned};
use purser_kernel::{
    Currency, OrganizationId,
    ids::{ApprovalRequestId, UserId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    Pending,
    Approved,
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// What was asked about was changed or is gone.
    Superseded,
}

/// Why it was asked, in words: names of policies and built-in rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Reasons(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalRequestId,
    /// Such as `order`.
    pub subject: String,
    /// Its id. Without foreign key: of whichever table the subject is.
    pub subject_id: Uuid,
    /// `user`, `api_key`, `agent` or `system`.
    pub requested_by_kind: String,
    /// Empty for Purser's own work. Without foreign key: a person, a key or an agent.
    pub requested_by: Option<Uuid>,
    /// The person who asks, or who created the API key that does.
    pub accountable_user: Option<UserId>,
    pub last_edited_by: Option<UserId>,
    /// Whom it is about; they never decide.
    pub about_user: Option<UserId>,
    /// What is to be approved, in words.
    pub summary: String,
    /// What is to be approved, as data.
    pub content: Json,
    pub amount_minor: Option<i64>,
    pub currency: Option<Currency>,
    /// Such as `customer`.
    pub counterparty_kind: Option<String>,
    pub counterparty_id: Option<Uuid>,
    /// SHA-256 of the canonical form of exactly what is shown, and of what it is about.
    pub payload_hash: Vec<u8>,
    pub reasons: Reasons,
    /// What the policies asked for when it was last looked at.
    pub steps: Steps,
    pub separation_of_duties: bool,
    /// The one that is open, from 1.
    pub step: i32,
    /// What decides it.
    pub permission: String,
    pub status: Status,
    pub due_at: Option<DateTimeUtc>,
    pub reminder_at: Option<DateTimeUtc>,
    pub reminded_at: Option<DateTimeUtc>,
    /// When it ceased to be open, however.
    pub decided_at: Option<DateTimeUtc>,
    /// An approval is good for once.
    pub used_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
    #[sea_orm(has_many)]
    pub decisions: HasMany<super::approval_decision::Entity>,
    #[sea_orm(has_many)]
    pub links: HasMany<super::approval_link::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl Stateful for Entity {
    type Status = Status;
    const STATUS: Column = Column::Status;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
