//! That a customer has a label.
use purser_kernel::{
    OrganizationId,
    ids::{CustomerId, CustomerLabelAssignmentId, CustomerLabelId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_label_assignments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerLabelAssignmentId,
    pub customer_id: CustomerId,
    pub label_id: CustomerLabelId,
    /// What the label says of this customer, such as `north` for a label `route`.
    pub value: Option<String>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, customer_id)", to = "(organization_id, id)")]
    pub customer: BelongsTo<super::customer::Entity>,
    #[sea_orm(belongs_to, from = "(organization_id, label_id)", to = "(organization_id, id)")]
    pub label: BelongsTo<super::customer_label::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
