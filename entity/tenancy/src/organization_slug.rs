//! A name in addresses that an organization has or once had.
use purser_entity_core::GlobalEntity;
use purser_kernel::{OrganizationId, ids::OrganizationSlugId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_slugs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationSlugId,
    /// Unique.
    pub slug: String,
    /// Given before there is the organization's row, in the same transaction.
    pub organization_id: OrganizationId,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
