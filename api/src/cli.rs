//! The command line.
use crate::{
    Config, Failure, commands,
    commands::{
        admins::AdminsCommand, audit::AuditCommand, jobs::JobsCommand, keys::KeysCommand, migrate::MigrateCommand,
        rates::RatesCommand,
    },
    logging, report,
};
use clap::{Args, Parser, Subcommand};
use std::{future::Future, net::SocketAddr, path::PathBuf, process::ExitCode};

/// The operations backend for B2B companies.
///
/// Settings come from defaults, then purser.toml, then PURSER_* variables, then flags.
#[derive(Debug, Parser)]
#[command(name = "purser", version)]
pub struct Cli {
    /// The configuration file. Without it, purser.toml in the working directory is read if it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests, and do jobs beside that.
    Serve(ServeArgs),
    /// Do jobs only. Run as many of these as there is work for.
    Worker,
    /// Bring the database's schema up to date, or back.
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Make parts of tables ahead and remove what organizations keep no longer, as the owner of the tables. Once a day.
    Maintain,
    /// Replace the keys that Purser makes for itself.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Say who administers the platform.
    #[command(subcommand)]
    Admins(AdminsCommand),
    /// Look at jobs, let dead ones begin anew, take waiting ones back.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Bring in what currencies are worth in others.
    #[command(subcommand)]
    Rates(RatesCommand),
    /// Check what was exported of an audit trail. Needs no configuration and no database.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Fill a demonstration organization with sample data. Twice is as good as once.
    Seed,
    /// Show the whole job on a fresh database: a WhatsApp message becomes a confirmed order.
    Demo(DemoArgs),
    /// Check the configuration, the database and the keys, and say what to do.
    Doctor,
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// End after the job instead of leaving the server running.
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Leave the jobs to `purser worker`.
    #[arg(long)]
    no_workers: bool,
    /// Run `purser migrate up` first.
    #[arg(long)]
    migrate: bool,
    /// Where to listen, before PURSER_LISTEN.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

impl Cli {
    /// The keys of the configuration that the flags set.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let serve = match &self.command {
            Command::Serve(serve) => serve,
            // The story is told on standard output; the log would talk across it.
            Command::Demo(_) => return vec![("log", "warn".to_owned())],
            _ => return Vec::new(),
        };
        let listen = serve.listen.map(|address| ("listen", address.to_string()));
        let workers = serve.no_workers.then(|| ("workers", "0".to_owned()));
        listen.into_iter().chain(workers).collect()
    }
}

/// Runs the command that the process was started with, and returns how it ended: 0, 1 for a failure, 2 for a command line that
/// makes no sense.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Audit(command) = cli.command {
        return ended(commands::audit::run(command));
    }
    let config = Config::load(cli.config.as_deref(), std::env::vars_os(), cli.settings());
    let ended = match (config, &cli.command) {
        (Ok(config), _) => run(cli.command, config),
        (Err(error), Command::Doctor) => {
            report::failed(&Failure::new("configuration").because(error));
            return ExitCode::FAILURE;
        }
        (Err(error), _) => Err(Failure::new("The configuration cannot be used").because(error)),
    };
    self::ended(ended)
}

fn ended(ended: Result<ExitCode, Failure>) -> ExitCode {
    ended.unwrap_or_else(|failure| {
        report::fatal(&failure);
        ExitCode::FAILURE
    })
}

fn run(command: Command, config: Config) -> Result<ExitCode, Failure> {
    logging::start(&config)?;
    match command {
        Command::Serve(args) => block_on(commands::serve::run(config, args.migrate)),
        Command::Worker => block_on(commands::worker::run(config)),
        Command::Migrate(command) => block_on(commands::migrate::run(config, command)),
        Command::Maintain => block_on(commands::maintain::run(config)),
        Command::Keys(command) => block_on(commands::keys::run(config, command)),
        Command::Demo(args) => block_on(commands::demo::run(config, args.once)),
        Command::Admins(command) => block_on(commands::admins::run(config, command)),
        Command::Jobs(command) => block_on(commands::jobs::run(config, command)),
        Command::Rates(command) => block_on(commands::rates::run(config, command)),
        Command::Seed => block_on(commands::seed::run(config)),
        Command::Audit(command) => commands::audit::run(command),
        Command::Doctor => block_on(commands::doctor::run(config)),
    }
}

fn block_on(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new("The runtime cannot start").because(error))?.block_on(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_make_sense_to_clap() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_become_settings() {
        let cli = Cli::parse_from(["purser", "serve", "--no-workers", "--listen", "127.0.0.1:0"]);
        assert_eq!(cli.settings(), [("listen", "127.0.0.1:0".to_owned()), ("workers", "0".to_owned())]);
        assert!(Cli::parse_from(["purser", "doctor"]).settings().is_empty());
    }
}
