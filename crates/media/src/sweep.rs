//! Bytes that are nobody's: a process died before their file was known, or after it was deleted.
use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::TryStreamExt;
use purser_entity_platform::media_file::{Column, Entity};
use purser_kernel::ports::{BlobEntry, BlobKey, BlobStore};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::{collections::HashSet, sync::Arc};

/// How old bytes are before anybody asks whose they are.
///
/// A file is known a moment after its last byte was written: its transaction waits for a connection and a lock, for seconds each.
/// What is older and not known was given up. An upload that stands still for so long is, too: it finds nothing to finish.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(1);
/// Blobs that are looked up with one statement.
const BLOBS: usize = 500;

/// Removes bytes that no file has, by a schedule.
///
/// It looks into the folders of the organizations that the database knows: over an empty database it removes nothing.
pub struct Sweep {
    blobs: Arc<dyn BlobStore>,
    tenants: Arc<dyn Tenants>,
}

impl Sweep {
    /// The kind of the job.
    pub const KIND: &'static str = "media.sweep";

    /// The handler, with the list of organizations.
    pub fn new(blobs: Arc<dyn BlobStore>, tenants: Arc<dyn Tenants>) -> Self {
        Self { blobs, tenants }
    }

    async fn sweep(&self, store: &Store, scope: &Scope) -> Result<(), Problem> {
        let given_up = store.clock().now() - GIVEN_UP_AFTER;
        let (mut entries, mut removed) = (self.blobs.list(scope.organization).await?, 0_usize);
        loop {
            let some = some_before(&mut entries, given_up).await?;
            if some.is_empty() {
                break;
            }
            let known = known(store, scope, &some).await?;
            for key in some.iter().filter(|key| !known.contains(&key.to_string())) {
                self.blobs.delete(key).await?;
                removed += 1;
            }
        }
        if removed > 0 {
            tracing::info!(organization = %scope.organization, removed, "bytes that were nobody's are gone");
        }
        Ok(())
    }
}

/// The next blobs that were written before `time`.
async fn some_before<S>(entries: &mut S, time: Timestamp) -> Result<Vec<BlobKey>, Problem>
where
    S: TryStreamExt<Ok = BlobEntry, Error = Problem> + Unpin + Send,
{
    let mut some = Vec::new();
    while some.len() < BLOBS {
        match entries.try_next().await? {
            Some(entry) if entry.written_at < time => some.push(entry.key),
            Some(_) => {}
            None => break,
        }
    }
    Ok(some)
}

/// Which of these keys files are kept at.
async fn known(store: &Store, scope: &Scope, keys: &[BlobKey]) -> Result<HashSet<String>, Problem> {
    let limit = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    let tx = store.read_in_any_state(scope).await?;
    let files = tx.find::<Entity>().filter(Column::Id.is_in(keys.iter().filter_map(BlobKey::file)));
    Ok(files.all(limit).await?.into_iter().filter_map(|file| file.storage_key).collect())
}

#[async_trait]
impl JobHandler for Sweep {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(self.sweep(store, &Scope::system(organization, format!("job-{}", job.id()))).await);
        }
        each.end()
    }
}
