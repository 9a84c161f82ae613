//! `purser keys`: the keys that Purser makes for itself, and the master key that it is given.
mod destroy;
mod rotate;
mod status;

use crate::{Config, Failure, app, wiring::Services};
use clap::{Args, Subcommand};
use purser_kernel::{Clock, Problem};
use purser_tenancy::{entity::organization, organizations};
use std::process::ExitCode;

/// What can be done to the keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Replace a key by the next one. Nothing that the old one has made becomes worthless.
    ///
    /// Servers go on meanwhile. Whatever stops it, run again it goes on.
    Rotate(Rotated),
    /// Say what is left on older keys.
    Status,
    /// Destroy the keys of a closed organization: its secrets are unreadable from then on, for good.
    Destroy {
        /// The organization, by its id or its name in addresses.
        #[arg(long, value_name = "ID|SLUG")]
        organization: String,
        /// Its name in addresses once more, to say that this is meant.
        #[arg(long, value_name = "SLUG")]
        confirm: String,
    },
}

/// Which key.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Rotated {
    /// The key that signs access tokens.
    #[arg(long)]
    signing: bool,
    /// The master key: PURSER_MASTER_KEY takes the place of PURSER_MASTER_KEY_PREVIOUS. Every process has to have both.
    #[arg(long)]
    master: bool,
    /// The key of one organization, by its id or its name in addresses.
    #[arg(long, value_name = "ID|SLUG")]
    organization: Option<String>,
    /// The keys of all organizations.
    #[arg(long)]
    all_organizations: bool,
}

/// Does it.
pub async fn run(config: Config, command: KeysCommand) -> Result<ExitCode, Failure> {
    let services = app::open(&config, Clock::system()).await?;
    let done = match command {
        KeysCommand::Rotate(Rotated { signing: true, .. }) => rotate::signing(&services).await,
        KeysCommand::Rotate(Rotated { master: true, .. }) => rotate::master(&services).await,
        KeysCommand::Rotate(Rotated { organization: Some(name), .. }) => rotate::organization(&services, &name).await,
        KeysCommand::Rotate(_) => rotate::all_organizations(&services).await,
        KeysCommand::Status => status::show(&services).await,
        KeysCommand::Destroy { organization, confirm } => destroy::run(&services, &organization, &confirm).await,
    };
    services.store.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn named(services: &Services, name: &str) -> Result<organization::Model, Failure> {
    let tx = services.store.system_read().await?;
    let found = organizations::named(tx.system(), name).await?;
    found.ok_or_else(|| Failure::new(format!("There is no organization {name}")))
}

/// Work that stops half-way is no harm.
fn stopped(problem: Problem) -> Failure {
    Failure::new("The rotation stopped half-way").because(problem).advise("Run it again: it goes on where it stopped.")
}
