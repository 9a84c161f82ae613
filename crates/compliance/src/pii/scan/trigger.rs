//! What is new is looked at in a job.
use super::{Scanner, rules};
use async_trait::async_trait;
use purser_store::{
    jobs::{Job, JobHandler},
    outbox::{Event, Trigger},
    ports::FreeTexts,
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

const KIND: &str = "compliance.scan_text";

#[derive(Serialize, Deserialize)]
struct Changed {
    resource: String,
    id: Uuid,
}

/// Starts a job for each event after which a text may be another.
struct TextChanged(Arc<dyn FreeTexts>);

impl Trigger for TextChanged {
    fn event_types(&self) -> &'static [&'static str] {
        self.0.event_types()
    }

    fn job(&self, event: &Event) -> Option<NewJob> {
        let changed = Changed { resource: self.0.resource().to_owned(), id: event.resource_id };
        // People wait for other jobs: what these find is read later.
        Some(NewJob::new(KIND, json!(changed)).priority(-10))
    }
}

/// What starts the looks at what is new in these sources.
pub fn scan_triggers(sources: &[Arc<dyn FreeTexts>]) -> impl Iterator<Item = Arc<dyn Trigger>> + '_ {
    sources.iter().map(|source| -> Arc<dyn Trigger> { Arc::new(TextChanged(source.clone())) })
}

/// Looks at the texts of one resource.
pub struct ScanText {
    scanner: Scanner,
}

impl ScanText {
    /// The handler.
    pub fn new(scanner: Scanner) -> Self {
        Self { scanner }
    }
}

#[async_trait]
impl JobHandler for ScanText {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn is_quick(&self) -> bool {
        true
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Changed { resource, id } = job.payload()?;
        let tx = store.write(&job.scope()?).await?;
        rules::ensure(&tx).await?;
        let detector = rules::detector(&tx).await?;
        self.scanner.scan(&tx, &detector, self.scanner.source(&resource)?, &[id]).await?;
        tx.finish_job(job).await?;
        tx.commit().await
    }
}
