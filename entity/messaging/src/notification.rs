//! What one person was told of because of one event.
use purser_kernel::{
    OrganizationId,
    ids::{NotificationId, OutboxEventId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Priority {
    Low,
    Normal,
    High,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub user_id: UserId,
    /// Without foreign key: it may be gone before.
    pub event_id: OutboxEventId,
    /// Its place among all of the organization, given in the order in which they become visible.
    pub number: i64,
    /// Such as `order_confirmed`.
    pub kind: String,
    /// What it is about. Without foreign key: of whichever table that is.
    pub resource_id: Uuid,
    pub title: String,
    pub body: String,
    /// A page of the front end, such as `orders/{id}`.
    pub link: Option<String>,
    pub priority: Priority,
    /// Whether it is in their list. Else it is only mailed.
    pub in_app: bool,
    /// Since when it waits for the person's next digest. Empty when it waits for none.
    pub digest_from: Option<DateTimeUtc>,
    /// When it was put into a digest.
    pub digested_at: Option<DateTimeUtc>,
    pub read_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
