//! `purser worker`.
use super::signal::asked_to_end;
use crate::{Config, Failure, app::Process};
use purser_kernel::Clock;
use std::process::ExitCode;

/// Does jobs until the process is asked to end, then finishes those it holds.
pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    // `workers = 0` takes jobs away from `serve`; a worker that did none would be of no use.
    let concurrency = match config.workers {
        0 => Config::default().workers,
        workers => workers,
    };
    let process = Process::start(&config, Clock::system()).await?;
    process.work(concurrency)?;
    tracing::info!(concurrency, metrics = ?process.metrics_address(), "working");
    tokio::select! {
        asked = asked_to_end() => asked?,
        () = process.broken() => {}
    }
    process.stop().await?;
    tracing::info!("ended");
    Ok(ExitCode::SUCCESS)
}
