//! Work that comes again.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::ScheduleId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "schedules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    /// The kind of job it queues. Unique.
    pub kind: String,
    /// Five fields as in crontab(5), in UTC.
    pub cron: String,
    pub next_run_at: DateTimeUtc,
    pub last_run_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
