//! How sending to an endpoint goes. A row of its own: workers write it all the time, and the endpoint's version is for people.
use purser_kernel::{
    OrganizationId,
    ids::{JobId, WebhookEndpointId, WebhookEndpointStateId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint_states")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointStateId,
    pub endpoint_id: WebhookEndpointId,
    /// The job that sends, and until when no other one does.
    pub lane_job: Option<JobId>,
    pub lane_until: Option<DateTimeUtc>,
    /// Since when nothing was taken, without a long silence in between.
    pub failing_since: Option<DateTimeUtc>,
    /// When something failed last, while nothing is taken.
    pub last_failed_at: Option<DateTimeUtc>,
    /// Until when nothing is sent, because the endpoint asked for it.
    pub paused_until: Option<DateTimeUtc>,
    /// Until when what its limit allows is used up.
    pub paced_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
