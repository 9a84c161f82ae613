//! The files that an organization has.
use crate::remove;
use purser_entity_platform::media_file::{Column, Entity, Model};
use purser_kernel::{hex, ids::MediaFileId, ports::BlobKey};
use purser_store::{MediaKind, prelude::*};
use serde_json::{Value, json};

/// Which files.
#[derive(Clone, Debug, Default)]
pub struct FileFilter {
    /// Only these.
    pub kind: Option<MediaKind>,
    /// Only those with this digest: 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Only those whose bytes are kept here, or only the others.
    pub stored: Option<bool>,
}

/// Files, the newest first.
pub async fn list(tx: &ReadTx, filter: FileFilter, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::MediaRead)?;
    let FileFilter { kind, sha256, stored } = filter;
    let sha256 = sha256.map(|digest| checked_digest(&digest).map(|()| digest)).transpose()?;
    let files = tx
        .find::<Entity>()
        .filter_if(kind.map(|kind| Column::Kind.eq(kind)))
        .filter_if(sha256.map(|digest| Column::Sha256.eq(digest)))
        .filter_if(
            stored.map(|stored| if stored { Column::StorageKey.is_not_null() } else { Column::StorageKey.is_null() }),
        );
    files.order_by(Column::CreatedAt, Desc).page(page).await
}

/// One file.
pub async fn get(tx: &ReadTx, id: MediaFileId) -> Result<Model, Problem> {
    tx.scope().require(Permission::MediaRead)?;
    tx.get::<Entity>(id).await
}

/// Deletes a file. Its room is free at once, its bytes go after the commit. `in_use` when something refers to it, such as a message.
pub async fn delete(tx: &WriteTx, id: MediaFileId) -> Result<(), Problem> {
    tx.scope().require(Permission::MediaManage)?;
    let file = tx.get_for_update::<Entity>(id).await?;
    // The database knows who refers to it, and sees to it that nobody begins to meanwhile.
    tx.remove::<Entity>(Column::Id.eq(id)).await.map_err(in_use)?;
    if let Some(key) = kept_at(&file)? {
        tx.enqueue(remove::job(&key)).await?;
    }
    tx.audit(AuditEntry::new("media_file.delete", "media_file", id).before(&shown(&file))).await
}

/// Where the file's bytes are kept. `None` while they are elsewhere.
pub(crate) fn kept_at(file: &Model) -> Result<Option<BlobKey>, Problem> {
    let key = file.storage_key.as_deref().map(|text| BlobKey::within(file.organization_id, text));
    key.map(|key| {
        key.ok_or_else(|| Problem::internal(format!("media file {} is kept at no place of its own", file.id)))
    })
    .transpose()
}

/// A file as the audit trail shows it.
pub(crate) fn shown(file: &Model) -> Value {
    json!({
        "kind": purser_store::name_of(&file.kind), "filename": file.filename, "content_type": file.content_type,
        "byte_size": file.byte_size, "sha256": file.sha256,
    })
}

fn in_use(problem: Problem) -> Problem {
    if problem.is(CommonProblem::ValidationFailed) {
        return Problem::of(CommonProblem::InUse).detail("Something refers to this file, such as a message.");
    }
    problem
}

fn checked_digest(digest: &str) -> Result<(), Problem> {
    let lower = !digest.chars().any(|c| c.is_ascii_uppercase());
    if lower && hex::decode::<32>(digest).is_some() {
        return Ok(());
    }
    Err(Problem::invalid("/sha256", "not_a_digest", "must be 64 lower-case hexadecimal digits"))
}
