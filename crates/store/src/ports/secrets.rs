//! What an organization has Purser keep, as those need it who act with it.
use crate::ReadTx;
use async_trait::async_trait;
use purser_kernel::{Problem, SecretString};

/// Implemented by tenancy.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The organization's secret of this name, such as `openai_api_key`, if it has one. It asks for no permission: nobody is shown
    /// what comes out, it is used.
    async fn open(&self, tx: &ReadTx, name: &str) -> Result<Option<SecretString>, Problem>;
}
