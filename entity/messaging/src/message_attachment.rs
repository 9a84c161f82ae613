//! A file that came or went with a message.
use purser_kernel::{
    OrganizationId,
    ids::{MediaFileId, MessageAttachmentId, MessageId},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Kind {
    Image,
    Document,
    Audio,
    Video,
    Sticker,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_attachments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageAttachmentId,
    pub message_id: MessageId,
    pub media_file_id: MediaFileId,
    pub kind: Kind,
    pub caption: Option<String>,
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, message_id)", to = "(organization_id, id)")]
    pub message: BelongsTo<super::message::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
