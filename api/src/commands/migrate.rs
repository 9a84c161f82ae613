//! `purser migrate`.
use crate::{Config, Failure, data_dir, migrations, report};
use clap::Subcommand;
use std::process::ExitCode;

/// Which way.
#[derive(Debug, Subcommand)]
pub enum MigrateCommand {
    /// Take every step that is left, and grant the server's role what it needs.
    Up,
    /// Undo the last step.
    Down {
        /// Undo every step: every table goes, and everything in it.
        #[arg(long)]
        all: bool,
        /// Undo every step in production, too.
        #[arg(long, requires = "all")]
        yes: bool,
    },
    /// List the steps and whether they were taken.
    Status,
    /// Undo every step and take them again: everything in the database is lost.
    Fresh {
        /// In production, too.
        #[arg(long)]
        yes: bool,
    },
}

/// Runs one of the commands.
pub async fn run(config: Config, command: MigrateCommand) -> Result<ExitCode, Failure> {
    prepare(&config)?;
    match command {
        MigrateCommand::Up => up(&config).await?,
        MigrateCommand::Down { all, yes } => {
            if all {
                wanted(&config, yes)?;
            }
            let left = migrations::down(&config, all).await?;
            report::ok(&format!("the database is {left} steps from empty"));
        }
        MigrateCommand::Status => {
            for step in migrations::status(&config.database_as_owner()).await? {
                report::say(&format!("{} {}", if step.applied { "applied" } else { "pending" }, step.name));
            }
        }
        MigrateCommand::Fresh { yes } => {
            wanted(&config, yes)?;
            migrations::down(&config, true).await?;
            up(&config).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An embedded database has a folder.
fn prepare(config: &Config) -> Result<(), Failure> {
    if config.database_url.is_none() && config.database_owner_url.is_none() {
        data_dir::prepare(&config.data_dir)?;
    }
    Ok(())
}

/// Takes every step that is left, and says what was done. A role that is missing is a failure: the server could not start.
pub(super) async fn up(config: &Config) -> Result<(), Failure> {
    prepare(config)?;
    let (steps, notices) = migrations::up(config).await?;
    for step in &steps {
        report::ok(step);
    }
    if steps.is_empty() {
        report::ok("the database is up to date");
    }
    match notices.into_iter().next() {
        None => Ok(()),
        Some(notice) => Err(notice),
    }
}

fn wanted(config: &Config, yes: bool) -> Result<(), Failure> {
    if config.is_production() && !yes {
        return Err(
            Failure::new("This loses everything in a production database").advise("Say --yes if that is meant.")
        );
    }
    Ok(())
}
