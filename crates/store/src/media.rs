//! Files that a message, an order or a product refers to.
use crate::{ReadTx, WriteTx, prelude::*};
use purser_entity_platform::media_file::{self, Column, Entity};
use purser_kernel::{Id, ids::MediaFileId};

pub use purser_entity_platform::media_file::Kind as MediaKind;

/// A file that is to be known. Texts are cut to what the table holds.
#[derive(Clone, Debug)]
pub struct NewMediaFile {
    /// What kind.
    pub kind: MediaKind,
    /// The media type, such as `image/jpeg`.
    pub content_type: String,
    /// The name it had where it came from.
    pub filename: Option<String>,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Where the bytes are while nobody has fetched them, such as `whatsapp:media/1013859600285441`.
    pub source_url: Option<String>,
}

const MAX_NAME: usize = 255;
/// A file's digest is 64 digits; anything longer is none.
const DIGEST: usize = 64;
const MAX_URL: usize = 2048;

impl WriteTx {
    /// Makes a file known whose bytes are still elsewhere.
    pub async fn add_media_file(&self, file: NewMediaFile) -> Result<MediaFileId, Problem> {
        let NewMediaFile { kind, content_type, filename, sha256, source_url } = file;
        let id = Id::generate();
        let row = media_file::ActiveModel {
            id: Set(id),
            storage_key: Set(None),
            filename: Set(filename.map(|name| text::fit(&name, MAX_NAME))),
            content_type: Set(text::fit(&content_type, MAX_NAME)),
            byte_size: Set(None),
            sha256: Set(sha256.filter(|digest| digest.len() == DIGEST)),
            kind: Set(kind),
            source_url: Set(source_url.map(|url| text::fit(&url, MAX_URL))),
            ..Default::default()
        };
        self.insert_many([row]).await?;
        Ok(id)
    }
}

impl ReadTx {
    /// Bytes of the organization's files that are kept here.
    pub async fn stored_bytes(&self) -> Result<i64, Problem> {
        let kept = self.find::<Entity>().filter(Column::StorageKey.is_not_null());
        let (bytes,) = kept.aggregate().sum(Column::ByteSize).one::<(Option<i64>,)>().await?;
        Ok(bytes.unwrap_or_default())
    }
}
