//! `purser serve`.
use super::{migrate, signal::asked_to_end};
use crate::{Config, Failure, app::App};
use std::process::ExitCode;

/// Serves until the process is asked to end, then ends gracefully.
pub async fn run(config: Config, migrate: bool) -> Result<ExitCode, Failure> {
    if migrate {
        migrate::up(&config).await?;
    }
    let workers = config.workers;
    let app = App::start(config).await?;
    tracing::info!(address = %app.address, metrics = ?app.metrics_address(), workers, "serving");
    tokio::select! {
        asked = asked_to_end() => asked?,
        () = app.broken() => {}
    }
    app.stop().await?;
    tracing::info!("ended");
    Ok(ExitCode::SUCCESS)
}
