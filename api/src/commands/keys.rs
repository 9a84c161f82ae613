//! `purser keys`: the keys that Purser makes for itself.
use crate::{Config, Failure, app, report};
use clap::Subcommand;
use purser_auth::Rotated;
use purser_kernel::Clock;
use std::process::ExitCode;

/// What can be done to the keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Replace a key by the next one. Nothing that the old one has made becomes worthless.
    Rotate {
        /// The key that signs access tokens. Servers go on meanwhile.
        #[arg(long, required = true)]
        signing: bool,
    },
}

/// Does it.
pub async fn run(config: Config, command: KeysCommand) -> Result<ExitCode, Failure> {
    let KeysCommand::Rotate { signing: _ } = command;
    let services = app::open(&config, Clock::system()).await?;
    let rotated = services.auth.rotate_signing_keys().await;
    services.store.close().await;
    match rotated? {
        Rotated::Done(kid) => report::ok(&format!("{kid} signs access tokens from now on")),
        Rotated::NotBefore(time) => {
            return Err(Failure::new(format!("The next signing key may not be used before {time}"))
                .advise("Others keep the published keys for an hour and would refuse its tokens. Try again then."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
