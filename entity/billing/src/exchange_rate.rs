//! What one currency was worth in another, from a day on. The installation's, not an organization's.
use purser_entity_core::GlobalEntity;
use purser_kernel::{Currency, ids::ExchangeRateId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_rates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExchangeRateId,
    pub base: Currency,
    pub quote: Currency,
    /// From this day on. Unique with the currencies.
    pub valid_on: Date,
    /// One unit of `base` is `rate` / 10^`scale` units of `quote`.
    pub rate: i64,
    pub scale: i32,
    /// Such as `ecb`.
    pub source: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
