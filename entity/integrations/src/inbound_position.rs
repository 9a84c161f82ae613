//! How far a provider's news have come where they are numbered, such as the history of a mailbox. Only forward.
use purser_kernel::{
    OrganizationId,
    ids::{InboundPositionId, IntegrationId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_positions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundPositionId,
    /// One for each.
    pub integration_id: IntegrationId,
    /// The provider's number.
    pub position: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
