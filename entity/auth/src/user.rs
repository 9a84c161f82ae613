//! A person. Global: one person may belong to several organizations.
use purser_entity_core::{GlobalEntity, SoftDelete, Versioned};
use purser_kernel::ids::UserId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    /// Unique among what is not deleted. Empty for those whom an organization's directory vouches for: such a person has no
    /// claim on the address, and nobody finds them by it.
    pub email_normalized: Option<String>,
    pub username: Option<String>,
    /// Unique among what is not deleted.
    pub username_normalized: Option<String>,
    pub full_name: String,
    pub job_title: Option<String>,
    pub phone: Option<String>,
    pub avatar_url: Option<String>,
    pub is_active: bool,
    /// Runs the installation; gives no right inside an organization.
    pub is_platform_admin: bool,
    pub email_verified_at: Option<DateTimeUtc>,
    pub last_login_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<UserId>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
impl GlobalEntity for Entity {}
impl SoftDelete for Entity {
    const DELETED_AT: Column = Column::DeletedAt;
}
impl Versioned for Entity {
    const VERSION: Column = Column::Version;
}
