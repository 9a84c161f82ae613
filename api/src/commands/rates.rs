//! `purser rates`.
use crate::{Config, Failure, app, report};
use clap::Subcommand;
use purser_billing::rates;
use purser_kernel::Clock;
use std::{fs::File, path::PathBuf, process::ExitCode};

/// What is done with exchange rates.
#[derive(Debug, Subcommand)]
pub enum RatesCommand {
    /// Take in a CSV file with the columns base, quote, on, rate and source; a rate of the same currencies and day is replaced.
    Import {
        /// The file.
        file: PathBuf,
    },
}

/// Runs one of the commands.
pub async fn run(config: Config, command: RatesCommand) -> Result<ExitCode, Failure> {
    let RatesCommand::Import { file } = command;
    let name = file.display();
    let unusable = |error: rates::Fault| Failure::new(format!("{name} cannot be taken")).because(error);
    let opened = File::open(&file).map_err(|error| Failure::new(format!("{name} cannot be opened")).because(error))?;
    let rates = rates::read(opened).map_err(unusable)?;
    let services = app::open(&config, Clock::system()).await?;
    let tx = services.store.system().await?;
    let count = rates::import(tx.system(), rates).await?;
    tx.commit().await?;
    services.store.close().await;
    report::ok(&format!("{count} exchange rates"));
    Ok(ExitCode::SUCCESS)
}
