//! Personal data that was found in the free text of a resource: where it stands, and never what.
use crate::pii_rule::PiiType;
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{PiiFindingId, PiiRuleId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Verdict {
    /// It is what the rule says.
    Confirmed,
    /// It is not. The same value in the same text is not found again by the rule.
    FalseAlarm,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pii_findings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PiiFindingId,
    pub rule_id: PiiRuleId,
    /// Such as `message`.
    pub resource: String,
    pub resource_id: Uuid,
    /// Such as `content`.
    pub field: String,
    pub pii_type: PiiType,
    /// The place of its first character (Unicode scalar value) in the field.
    pub start_offset: i32,
    /// The place behind its last one.
    pub end_offset: i32,
    /// From 0 to 1.
    pub confidence: f64,
    /// An HMAC of what stands there, by which it is known again. Nobody reads the value from it without the master key.
    pub mark: Vec<u8>,
    /// Which time it is that the value stands in the field, from 0.
    pub occurrence: i32,
    pub verdict: Option<Verdict>,
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
