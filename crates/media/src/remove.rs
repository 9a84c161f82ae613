//! What becomes of a deleted file's bytes.
use async_trait::async_trait;
use purser_kernel::ports::{BlobKey, BlobStore};
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Takes the bytes of a deleted file away.
pub struct RemoveBlob {
    blobs: Arc<dyn BlobStore>,
}

#[derive(Deserialize)]
struct Payload {
    blob: String,
}

/// To be queued in the transaction that deletes the file.
pub(crate) fn job(key: &BlobKey) -> NewJob {
    NewJob::new(RemoveBlob::KIND, json!({ "blob": key.name() }))
}

impl RemoveBlob {
    /// The kind of the job.
    pub const KIND: &'static str = "media.remove_blob";

    /// The handler.
    pub fn new(blobs: Arc<dyn BlobStore>) -> Self {
        Self { blobs }
    }
}

#[async_trait]
impl JobHandler for RemoveBlob {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, _: &Store, job: &Job) -> Result<(), Problem> {
        let (organization, payload) = (job.scope()?.organization, job.payload::<Payload>()?);
        let key = BlobKey::named(organization, &payload.blob);
        let key = key.ok_or_else(|| Problem::internal("the job names no blob"))?;
        self.blobs.delete(&key).await
    }
}
