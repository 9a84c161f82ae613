//! A connection to a provider.
use purser_entity_core::{SoftDelete, Versioned};
use purser_kernel::{
    OrganizationId,
    ids::{EncryptionKeyId, IntegrationId, UserId},
};
use sea_orm::entity::prelude::*;

/// Of `Crm`, `Billing` and `Auth` one can be active at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Kind {
    Messaging,
    Crm,
    Billing,
    Auth,
    Ecommerce,
    Analytics,
    Llm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Health {
    Healthy,
    Degraded,
    Failing,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "integrations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IntegrationId,
    pub kind: Kind,
    /// Such as `whatsapp_cloud`.
    pub provider: String,
    pub name: String,
    /// What is not secret.
    pub config: Json,
    pub credentials_ciphertext: Option<Vec<u8>>,
    pub credentials_key_id: Option<EncryptionKeyId>,
    /// The provider's id for our side, normalised, such as the phone number id of WhatsApp: an event finds its integration by it.
    pub external_account: Option<String>,
    pub is_active: bool,
    pub last_health_at: Option<DateTimeUtc>,
    pub health: Option<Health>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
