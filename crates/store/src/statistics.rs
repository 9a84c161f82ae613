//! What statements are planned by.
use crate::{
    Store, dialect,
    jobs::{Job, JobHandler},
    prelude::*,
};
use async_trait::async_trait;

/// Counts what is in the tables, by a schedule.
pub struct Analyze;

impl Analyze {
    /// The kind of the job.
    pub const KIND: &'static str = "platform.analyze";
}

#[async_trait]
impl JobHandler for Analyze {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, _: &Job) -> Result<(), Problem> {
        dialect::analyze(store.engine()).await
    }
}
