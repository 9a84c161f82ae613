//! Which master keys have sealed what is here. The keys themselves are with the operator.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::MasterKeyId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Status {
    /// Seals and opens. There is one.
    Active,
    /// Opens what is left on it: every process has to be given it, too.
    Retiring,
    /// Nothing is left on it.
    Retired,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "master_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MasterKeyId,
    /// Follows from the key and says nothing about it. Unique.
    pub fingerprint: Vec<u8>,
    pub status: Status,
    /// When another took its place.
    pub rotated_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
