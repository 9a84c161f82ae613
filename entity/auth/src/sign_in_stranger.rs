//! Wrong passwords for a name that nobody has.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::SignInStrangerId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_strangers")]
pub struct Model {
    /// Half of the HMAC-SHA256 of the name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignInStrangerId,
    /// In a row.
    pub failures: i32,
    /// No attempt is looked at before; a day later they are forgotten.
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
