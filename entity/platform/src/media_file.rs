//! A file that a message, an order or a product refers to.
use purser_kernel::{OrganizationId, ids::MediaFileId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Kind {
    Screenshot,
    Pdf,
    Image,
    Audio,
    Video,
    Export,
    Document,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media_files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MediaFileId,
    /// Where the bytes are kept. Empty while they are still at the provider.
    pub storage_key: Option<String>,
    pub filename: Option<String>,
    pub content_type: String,
    pub byte_size: Option<i64>,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
    pub kind: Kind,
    /// Where the bytes came from, such as `whatsapp:media/1013859600285441`.
    pub source_url: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
