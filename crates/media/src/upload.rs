//! How a file comes in.
use crate::{media_type, name};
use bytes::Bytes;
use purser_entity_platform::media_file::{ActiveModel, Model};
use purser_kernel::{
    Id, hex,
    ids::MediaFileId,
    ports::{BlobKey, BlobStore, BlobWriter},
};
use purser_store::{MediaKind, ports::Limits, prelude::*};
use sha2::{Digest, Sha256};
use std::{fmt, sync::Arc};

/// The files of all organizations.
#[derive(Clone)]
pub struct Media {
    /// Who keeps the bytes.
    pub blobs: Arc<dyn BlobStore>,
    /// How many an organization may have.
    pub limits: Arc<dyn Limits>,
    /// The most that one file may have.
    pub max_bytes: u64,
}

/// A file that somebody wants to send.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Follows from the media type when it is left out.
    pub kind: Option<MediaKind>,
    /// The media type, as it was sent.
    pub content_type: Option<String>,
    /// The name it had where it came from.
    pub filename: Option<String>,
    /// How many bytes it will be, as far as that is known.
    pub announced: Option<u64>,
}

/// What is known of a file before its bytes are.
#[derive(Clone, Debug)]
struct Described {
    kind: MediaKind,
    content_type: String,
    filename: Option<String>,
}

/// A file that is coming in. Dropped before it is finished, nothing of it is left.
pub struct Upload {
    writer: Box<dyn BlobWriter>,
    id: MediaFileId,
    key: BlobKey,
    described: Described,
    hash: Sha256,
    length: u64,
    max_bytes: u64,
}

/// A file whose bytes are kept and that nobody knows of yet.
#[derive(Clone, Debug)]
pub struct Received {
    id: MediaFileId,
    key: BlobKey,
    described: Described,
    sha256: [u8; 32],
    length: u64,
}

impl Media {
    /// Begins to receive a file, before any transaction begins: a slow line must hold up nobody.
    ///
    /// `unsupported_media_type`, `payload_too_large`, `validation_failed`.
    pub async fn begin(&self, scope: &Scope, new: NewFile) -> Result<Upload, Problem> {
        scope.require(Permission::MediaManage)?;
        if new.announced.is_some_and(|length| length > self.max_bytes) {
            return Err(too_large(self.max_bytes));
        }
        let described = described(new)?;
        let id = Id::generate();
        let key = BlobKey::of(scope.organization, id);
        let writer = self.blobs.create(&key).await?;
        Ok(Upload { writer, id, key, described, hash: Sha256::new(), length: 0, max_bytes: self.max_bytes })
    }

    /// Makes a received file known. `limit_reached` when the organization's storage is too small for it.
    ///
    /// Others who add files wait until the transaction ends, and count what it has added. It begins when the last byte is kept, and waits
    /// for nothing without an end: [`Sweep`](crate::Sweep) relies on that.
    pub async fn add(&self, tx: &WriteTx, file: &Received) -> Result<Model, Problem> {
        tx.scope().require(Permission::MediaManage)?;
        let length = i64::try_from(file.length).map_err(|_| too_large(self.max_bytes))?;
        self.limits.take_storage(tx, length).await?;
        let Described { kind, content_type, filename } = file.described.clone();
        let row = ActiveModel {
            id: Set(file.id),
            storage_key: Set(Some(file.key.to_string())),
            filename: Set(filename),
            content_type: Set(content_type),
            byte_size: Set(Some(length)),
            sha256: Set(Some(hex::encode(&file.sha256))),
            kind: Set(kind),
            source_url: Set(None),
            ..Default::default()
        };
        let row = tx.insert(row).await?;
        let entry = AuditEntry::new("media_file.create", "media_file", row.id).after(&crate::files::shown(&row));
        tx.audit(entry).await?;
        Ok(row)
    }

    /// Takes a received file away that is not to be known: it was refused, or is the same that came before. Nothing is lost when this
    /// fails but room, until the next [`Sweep`](crate::Sweep).
    ///
    /// Never after a commit was tried, be it in vain: nobody knows whether it was.
    pub async fn discard(&self, file: Received) {
        if let Err(problem) = self.blobs.delete(&file.key).await {
            tracing::warn!(%problem, key = %file.key, "a file that was refused is left until the next sweep");
        }
    }
}

impl Upload {
    /// Adds bytes. `payload_too_large` when they are more than a file may have.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Problem> {
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.length > self.max_bytes {
            return Err(too_large(self.max_bytes));
        }
        self.hash.update(&bytes);
        self.writer.write(bytes).await
    }

    /// Keeps the file. `validation_failed` when there is nothing in it.
    pub async fn finish(self) -> Result<Received, Problem> {
        let Self { writer, id, key, described, hash, length, .. } = self;
        if length == 0 {
            return Err(Problem::invalid("", "empty", "must not be empty"));
        }
        writer.finish().await?;
        Ok(Received { id, key, described, sha256: hash.finalize().into(), length })
    }
}

impl Received {
    /// What tells two files apart: the bytes, and what they are called. For idempotency keys.
    pub fn digest(&self) -> [u8; 32] {
        let Described { kind, content_type, filename } = &self.described;
        Sha256::new()
            .chain_update(self.sha256)
            .chain_update(format!("{kind:?} {content_type} {filename:?}"))
            .finalize()
            .into()
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("key", &self.key).field("length", &self.length).finish_non_exhaustive()
    }
}

fn described(new: NewFile) -> Result<Described, Problem> {
    let media_type = media_type::parsed(new.content_type.as_deref())?;
    let mut found = text::Findings::new();
    let filename = new.filename.map(|name| name::cleaned("/filename", &name)).transpose();
    let filename = found.check(filename)?.flatten().flatten();
    let kind = new.kind.unwrap_or_else(|| media_type::kind(&media_type));
    if !media_type::fits(kind, &media_type) {
        found.check::<()>(Err(Problem::invalid("/kind", "wrong_kind", "does not fit the Content-Type")))?;
    }
    found.finish()?;
    Ok(Described { kind, content_type: media_type.to_string(), filename })
}

fn too_large(max_bytes: u64) -> Problem {
    Problem::of(CommonProblem::PayloadTooLarge).detail(format!("A file has at most {max_bytes} bytes."))
}
