//! A change of an order's status. Append-only.
use crate::order::Status;
use purser_kernel::{
    OrganizationId,
    ids::{OrderId, OrderStatusChangeId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_status_history")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderStatusChangeId,
    pub order_id: OrderId,
    /// Empty for the first.
    pub from_status: Option<Status>,
    pub to_status: Status,
    /// Empty when an agent or the system did it; the audit trail says which.
    pub changed_by: Option<UserId>,
    pub reason: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
