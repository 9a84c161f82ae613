//! A link in a mail, by which one person decides one step of a request.
use purser_kernel::{
    OrganizationId,
    ids::{ApprovalLinkId, ApprovalRequestId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalLinkId,
    pub request_id: ApprovalRequestId,
    pub user_id: UserId,
    /// The step that it decides.
    pub step: i32,
    /// Of the token in the mail, which follows from this row, the request's `payload_hash` and the master key.
    pub token_hash: Vec<u8>,
    pub expires_at: DateTimeUtc,
    /// It is good for one decision.
    pub used_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, request_id)", to = "(organization_id, id)")]
    pub request: BelongsTo<super::approval_request::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
