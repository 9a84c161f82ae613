//! What is forgotten about people whom nobody knows.
use crate::strangers;
use async_trait::async_trait;
use purser_entity_auth::sign_up::{Column, Entity};
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};

/// Forgets sign-ups that nobody completed in time, which hold addresses of people who may never have asked, and wrong passwords for
/// names that nobody has. By a schedule.
pub struct ForgetStrangers;

impl ForgetStrangers {
    /// The kind of the job.
    pub const KIND: &'static str = "auth.forget_strangers";
}

#[async_trait]
impl JobHandler for ForgetStrangers {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, _: &Job) -> Result<(), Problem> {
        let tx = store.system().await?;
        tx.system().remove::<Entity>(Column::ExpiresAt.lt(tx.system().now())).await?;
        strangers::clear(tx.system()).await?;
        tx.commit().await
    }
}
