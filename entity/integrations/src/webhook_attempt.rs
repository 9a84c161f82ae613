//! One attempt at a delivery. It is written before the request is sent; what came of it is added afterwards.
use purser_kernel::{
    OrganizationId,
    ids::{WebhookAttemptId, WebhookDeliveryId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookAttemptId,
    pub delivery_id: WebhookDeliveryId,
    pub number: i64,
    pub started_at: DateTimeUtc,
    /// Empty while it goes on, and for one whose worker died.
    pub duration_ms: Option<i64>,
    pub response_status: Option<i32>,
    /// How the answer begins.
    pub response_body: Option<String>,
    pub error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
