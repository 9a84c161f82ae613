//! Which thing here is which thing there. Unique both ways.
use purser_kernel::{
    OrganizationId,
    ids::{ExternalMappingId, IntegrationId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_mappings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExternalMappingId,
    pub integration_id: IntegrationId,
    /// Such as `order`.
    pub resource: String,
    pub local_id: Uuid,
    pub external_id: String,
    /// Of what the provider last showed, to tell whether it changed.
    pub external_hash: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
