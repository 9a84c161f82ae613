//! What a person decided about one step of a request.
use purser_kernel::{
    OrganizationId,
    ids::{ApprovalDecisionId, ApprovalRequestId, UserId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Rejected,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_decisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalDecisionId,
    pub request_id: ApprovalRequestId,
    /// From 1. Unique in the request.
    pub step: i32,
    /// By which it was decided.
    pub permission: String,
    pub decided_by: UserId,
    /// Who delegated it.
    pub on_behalf_of: Option<UserId>,
    pub decision: Decision,
    pub reason: Option<String>,
    /// Of what they saw.
    pub payload_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, request_id)", to = "(organization_id, id)")]
    pub request: BelongsTo<super::approval_request::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
