//! Who may see an engagement, and what they may do there.
use purser_kernel::{
    OrganizationId,
    ids::{EngagementAccessId, EngagementId, UserId},
};
use sea_orm::entity::prelude::*;

/// What one may do in an engagement. A higher level includes the lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Level {
    Read,
    Write,
    /// Also give access to others.
    Admin,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "engagement_access")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EngagementAccessId,
    pub engagement_id: EngagementId,
    /// Unique in the engagement.
    pub user_id: UserId,
    pub level: Level,
    pub granted_by: Option<UserId>,
    /// From then on it is none. Empty: it does not end.
    pub expires_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, engagement_id)", to = "(organization_id, id)")]
    pub engagement: BelongsTo<super::engagement::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
