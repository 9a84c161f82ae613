//! `purser seed`.
use crate::{Config, Failure};
use std::process::ExitCode;

/// placeholder
pub async fn run(_config: Config) -> Result<ExitCode, Failure> {
    Err(Failure::new("not yet"))
}
