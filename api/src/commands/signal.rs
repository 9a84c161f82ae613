//! How an operator, a terminal or an orchestrator ends a process.
use crate::Failure;
use tokio::signal;

/// Returns when the process is asked to end: SIGTERM or Ctrl-C.
#[cfg(unix)]
pub(super) async fn asked_to_end() -> Result<(), Failure> {
    use signal::unix::{SignalKind, signal};
    let unheard = |error| Failure::new("Signals cannot be heard").because(error);
    let mut terminate = signal(SignalKind::terminate()).map_err(unheard)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unheard)?;
    let name = tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    };
    tracing::info!(signal = name, "ending");
    Ok(())
}

/// Returns when the process is asked to end: Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn asked_to_end() -> Result<(), Failure> {
    signal::ctrl_c().await.map_err(|error| Failure::new("Signals cannot be heard").because(error))
}
