//! A token that a mail carries, and that works once.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::{OneTimeTokenId, UserId};
use sea_orm::entity::prelude::*;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Purpose {
    /// To show that mails to the address reach the person.
    VerifyEmail,
    /// To choose another password without the current one.
    ResetPassword,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OneTimeTokenId,
    pub user_id: UserId,
    pub purpose: Purpose,
    /// SHA-256. Unique. The token itself follows from the row's id and the master key.
    pub token_hash: Vec<u8>,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
