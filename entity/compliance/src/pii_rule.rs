//! By what personal data is found in free text.
use purser_entity_core::Versioned;
use purser_kernel::{
    OrganizationId,
    ids::{PiiRuleId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum PiiType {
    Email,
    Phone,
    Address,
    /// A Social Security number of the United States.
    Ssn,
    CreditCard,
    Iban,
    Ip,
    Person,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Checksum {
    /// ISO/IEC 7812-1, over decimal digits.
    #[sea_orm(string_value = "luhn")]
    Luhn,
    /// ISO/IEC 7064 MOD 97-10, as in an IBAN.
    #[sea_orm(string_value = "mod_97")]
    Mod97,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pii_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PiiRuleId,
    pub name: String,
    /// Unique in the organization.
    pub name_normalized: String,
    pub pii_type: PiiType,
    /// A regular expression. Of a predefined rule it is shown only: such a rule also computes.
    pub pattern: String,
    /// What a hit has to have, too.
    pub checksum: Option<Checksum>,
    pub is_active: bool,
    /// Every organization has it; it can be turned off and on. One for each type that has one.
    pub is_predefined: bool,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
