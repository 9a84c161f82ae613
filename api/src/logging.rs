//! Where log lines go: to standard error, as text or as JSON.
use crate::{Config, Failure, config::LogFormat};
use std::io::{self, IsTerminal};
use tracing_subscriber::{EnvFilter, fmt};

/// Libraries that tell what Purser tells itself, or what nobody asked. A directive for the same target overrides these.
const QUIET: &str = "actix_server=warn,sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Begins to log as the configuration says. Once in a process.
pub fn start(config: &Config) -> Result<(), Failure> {
    let unusable = || Failure::new("PURSER_LOG cannot be used");
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.log)).map_err(|error| unusable().because(error))?;
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).try_init(),
        // What a span says about a request stands in each of its lines, where programs look for it.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    }
    .map_err(|error| Failure::new("Logging was started twice").because(error))
}
