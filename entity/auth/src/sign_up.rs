//! A sign-up whose mail was not answered yet. Its row goes when it is completed, or has run out.
use purser_entity_core::GlobalEntity;
use purser_kernel::ids::SignUpId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_ups")]
pub struct Model {
    /// The organization that is founded gets this id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignUpId,
    /// As it was written, and as addresses are compared.
    pub email: String,
    pub email_normalized: String,
    /// SHA-256 of what the mail carries. None before that is made, and where the address has an account.
    pub token_hash: Option<Vec<u8>>,
    pub expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
