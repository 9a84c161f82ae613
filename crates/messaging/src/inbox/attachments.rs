//! Files that come with a message. Their bytes stay at the provider until somebody fetches them.
use super::receive::content_type;
use purser_entity_messaging::{
    message::ContentType,
    message_attachment::{ActiveModel, Kind},
};
use purser_kernel::ids::MessageId;
use purser_store::{
    MediaKind, NewMediaFile,
    ports::{AttachmentKind, NewAttachment, ReceivedMessage},
    prelude::*,
};

const MAX_CAPTION: usize = 4000;

/// Keeps what came with the message.
pub(super) async fn add(tx: &WriteTx, id: MessageId, message: &ReceivedMessage) -> Result<(), Problem> {
    let is_sticker = content_type(message) == ContentType::Sticker;
    for attachment in &message.attachments {
        let file = file(message.channel, attachment);
        let media_file_id = tx.add_media_file(file).await?;
        let kind = if is_sticker { Kind::Sticker } else { kind(attachment.kind) };
        let row = ActiveModel {
            message_id: Set(id),
            media_file_id: Set(media_file_id),
            kind: Set(kind),
            caption: Set(attachment.caption.as_ref().map(|caption| text::fit(caption, MAX_CAPTION))),
            ..Default::default()
        };
        tx.insert_many([row]).await?;
    }
    Ok(())
}

fn file(channel: &str, attachment: &NewAttachment) -> NewMediaFile {
    let NewAttachment { kind, external_id, content_type, filename, sha256, caption: _ } = attachment;
    NewMediaFile {
        kind: match kind {
            AttachmentKind::Image => MediaKind::Image,
            AttachmentKind::Audio => MediaKind::Audio,
            AttachmentKind::Video => MediaKind::Video,
            AttachmentKind::Document => MediaKind::Document,
        },
        content_type: content_type.clone(),
        filename: filename.clone(),
        sha256: sha256.clone(),
        source_url: Some(format!("{channel}:media/{external_id}")),
    }
}

const fn kind(kind: AttachmentKind) -> Kind {
    match kind {
        AttachmentKind::Image => Kind::Image,
        AttachmentKind::Audio => Kind::Audio,
        AttachmentKind::Video => Kind::Video,
        AttachmentKind::Document => Kind::Document,
    }
}
