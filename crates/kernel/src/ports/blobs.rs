//! Bytes of files, wherever they are kept.
use crate::{Id, OrganizationId, Problem, Timestamp, ids::MediaFileId};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use std::{fmt, ops::Range};

/// Where a blob is kept: the organization, a slash, the blob's name in it. There is no key without an organization in front.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlobKey {
    organization: OrganizationId,
    name: String,
}

/// The longest name.
const MAX_NAME: usize = 128;

impl BlobKey {
    /// The key of a file's bytes.
    pub fn of(organization: OrganizationId, file: MediaFileId) -> Self {
        Self { organization, name: file.to_string() }
    }

    /// The key of this name. `None` when no blob could have it: names have lower-case letters, digits, hyphens and dots, and a
    /// letter or a digit in front.
    pub fn named(organization: OrganizationId, name: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let fits = name.len() <= MAX_NAME && name.starts_with(plain);
        (fits && name.chars().all(|c| plain(c) || c == '-' || c == '.'))
            .then(|| Self { organization, name: name.to_owned() })
    }

    /// The key that this text is, if it is one of the organization's.
    pub fn within(organization: OrganizationId, text: &str) -> Option<Self> {
        let (first, name) = text.split_once('/')?;
        (first == organization.to_string()).then(|| Self::named(organization, name)).flatten()
    }

    /// Whose it is.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Its name in the organization.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file whose bytes it would be.
    pub fn file(&self) -> Option<MediaFileId> {
        self.name.parse::<Id<_>>().ok()
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organization, self.name)
    }
}

/// A blob, or the beginning of one that was not finished, as a list shows it.
#[derive(Clone, Debug)]
pub struct BlobEntry {
    /// Its key. One that was not finished has a key that no file has.
    pub key: BlobKey,
    /// When the last of its bytes was written.
    pub written_at: Timestamp,
}

/// The bytes of a blob, piece by piece.
pub type BlobBytes = BoxStream<'static, Result<Bytes, Problem>>;

/// Keeps bytes under keys.
///
/// What is finished never changes, so it can be read by anybody at any time. It is called outside of transactions: what keeps the
/// bytes may be far away. `unavailable` when there is no room, or it cannot be reached.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Begins a blob. Until it is finished there is nothing under its key.
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, Problem>;

    /// The bytes of a blob from the first of `range` to the one before its end; `None` when there is no such blob.
    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobBytes>, Problem>;

    /// Removes a blob. One that is not there is no error; whoever reads it at the moment may read it to its end.
    async fn delete(&self, key: &BlobKey) -> Result<(), Problem>;

    /// What an organization has here, in any order. What is added or removed meanwhile may be in it or not.
    async fn list(
        &self,
        organization: OrganizationId,
    ) -> Result<BoxStream<'static, Result<BlobEntry, Problem>>, Problem>;

    /// Removes all that an organization has.
    async fn delete_all(&self, organization: OrganizationId) -> Result<(), Problem>;
}

/// A blob that is being written. Dropped before it is finished, it never was.
#[async_trait]
pub trait BlobWriter: Send {
    /// Adds bytes.
    async fn write(&mut self, bytes: Bytes) -> Result<(), Problem>;

    /// Puts the blob under its key. When this returns it is there to stay, whatever happens to the machine.
    async fn finish(self: Box<Self>) -> Result<(), Problem>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_nowhere_but_into_its_organization() {
        let (ours, theirs) = (OrganizationId::generate(), OrganizationId::generate());
        let key = BlobKey::of(ours, MediaFileId::generate());
        assert_eq!(BlobKey::within(ours, &key.to_string()).as_ref(), Some(&key));
        assert_eq!(BlobKey::within(theirs, &key.to_string()), None);
        for name in ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "A", "a\0", "é", &"a".repeat(129)] {
            assert_eq!(BlobKey::named(ours, name), None, "{name:?}");
        }
    }
}
