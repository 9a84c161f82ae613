//! What a person shows beside their password. Only `app.user_id` sees it.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::{MfaFactorId, UserId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Kind {
    /// Codes of an app, RFC 6238.
    Totp,
    /// Codes on paper, each of which stands in for the app once.
    RecoveryCodes,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mfa_factors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MfaFactorId,
    /// Unique with the kind.
    pub user_id: UserId,
    pub kind: Kind,
    /// The app's secret, or the SHA-256 of each code that is left; sealed under a key that follows from the master key.
    pub secret_ciphertext: Vec<u8>,
    /// When its owner showed that they have it; it counts from then on.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The time step of the newest code that was taken: none is taken twice.
    pub last_used_step: Option<i64>,
    /// Wrong codes in a row.
    pub failures: i32,
    /// No code is looked at before.
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
