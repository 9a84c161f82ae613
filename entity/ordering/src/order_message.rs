//! Which messages made an order what it is.
use purser_kernel::{
    OrganizationId,
    ids::{MessageId, OrderId, OrderMessageId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Effect {
    Created,
    Amended,
    Cancelled,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderMessageId,
    pub order_id: OrderId,
    pub message_id: MessageId,
    pub effect: Effect,
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, order_id)", to = "(organization_id, id)")]
    pub order: BelongsTo<super::order::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
