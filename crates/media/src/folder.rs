//! Bytes of files in a folder: a directory for each organization, a file for each blob.
mod read;
mod write;

use async_trait::async_trait;
use chrono::DateTime;
use futures_util::{StreamExt, stream, stream::BoxStream};
use purser_kernel::{
    CommonProblem, OrganizationId, Problem,
    ports::{BlobBytes, BlobEntry, BlobKey, BlobStore, BlobWriter},
};
use std::{io, ops::Range, path::PathBuf, time::Duration};
use tokio::fs::{self, DirEntry, ReadDir};

/// How long a caller waits when the disk is full.
const RETRY_AFTER: Duration = Duration::from_mins(1);
/// What the names of blobs end with that are not finished.
const UNFINISHED: &str = ".part";

/// A folder of this machine, or one that several share. It is made when it is first needed, for its owner alone.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at this path.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn of(&self, organization: OrganizationId) -> PathBuf {
        self.root.join(organization.to_string())
    }

    /// A key holds no path: see [`BlobKey::named`].
    fn path(&self, key: &BlobKey) -> PathBuf {
        self.of(key.organization()).join(key.name())
    }
}

#[async_trait]
impl BlobStore for Folder {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, Problem> {
        Ok(Box::new(write::begin(&self.root, self.path(key)).await?))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobBytes>, Problem> {
        absent(read::open(self.path(key), range).await)
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), Problem> {
        absent(fs::remove_file(self.path(key)).await).map(drop)
    }

    async fn list(
        &self,
        organization: OrganizationId,
    ) -> Result<BoxStream<'static, Result<BlobEntry, Problem>>, Problem> {
        let Some(directory) = absent(fs::read_dir(self.of(organization)).await)? else {
            return Ok(stream::empty().boxed());
        };
        let entries = stream::try_unfold(directory, move |directory| next(directory, organization));
        Ok(entries.map(|entry| entry.map_err(failed)).boxed())
    }

    async fn delete_all(&self, organization: OrganizationId) -> Result<(), Problem> {
        absent(fs::remove_dir_all(self.of(organization)).await).map(drop)
    }
}

/// The next blob of a directory. Whatever else lies there is not ours.
async fn next(mut directory: ReadDir, organization: OrganizationId) -> io::Result<Option<(BlobEntry, ReadDir)>> {
    while let Some(entry) = directory.next_entry().await? {
        let name = entry.file_name().into_string().ok();
        let Some(key) = name.and_then(|name| BlobKey::named(organization, &name)) else {
            continue;
        };
        // Gone since the directory was read.
        let Some(written_at) = written_at(&entry).await? else {
            continue;
        };
        return Ok(Some((BlobEntry { key, written_at }, directory)));
    }
    Ok(None)
}

async fn written_at(entry: &DirEntry) -> io::Result<Option<purser_kernel::Timestamp>> {
    match entry.metadata().await {
        Ok(metadata) => Ok(Some(DateTime::from(metadata.modified()?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// `None` for what is not there.
fn absent<T>(outcome: io::Result<T>) -> Result<Option<T>, Problem> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// There is no room on the disk, most of all: `unavailable`.
fn failed(error: io::Error) -> Problem {
    Problem::of(CommonProblem::Unavailable).retry_after(RETRY_AFTER).caused_by(error)
}

#[cfg(test)]
mod tests;
