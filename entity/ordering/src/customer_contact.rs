//! A person at a customer. An inbound message finds its customer here.
use purser_entity_core::SoftDelete;
use purser_kernel::{
    OrganizationId,
    ids::{CustomerContactId, CustomerId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_contacts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerContactId,
    pub customer_id: CustomerId,
    pub name: Option<String>,
    /// Such as `buyer`.
    pub role: Option<String>,
    pub email: Option<String>,
    pub email_normalized: Option<String>,
    pub phone: Option<String>,
    /// Digits in international form, without `+`.
    pub phone_normalized: Option<String>,
    pub whatsapp: Option<String>,
    /// Digits in international form, without `+`. Unique in the organization among what is not deleted.
    pub whatsapp_normalized: Option<String>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    #[sea_orm(belongs_to, from = "(organization_id, customer_id)", to = "(organization_id, id)")]
    pub customer: BelongsTo<super::customer::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
