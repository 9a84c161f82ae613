//! `purser doctor`: what an operator would look at by hand, in the order in which one thing needs the other.
use crate::{Config, Failure, app::keys_open, data_dir, mail, master_key, migrations, report};
use purser_kernel::Clock;
use purser_store::{MasterKey, Store, Vault, verify};
use std::process::ExitCode;

/// Looks at everything, says what was found, and fails if anything has to be done. Changes nothing.
pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    report::ok("configuration");
    let mut checks = Checks { healthy: true };
    checks.note("data directory", directory(&config));
    let key = checks.note("master key", master_key::find(&config).and_then(|key| key_file(&config).map(|()| key)));
    if let Some(why) = mail::stay_here(&config) {
        report::warned("mails", why);
    }
    if !config.database().is_postgres() && config.database_url.is_none() && !config.database_file().exists() {
        report::skipped("database: there is none yet; the first start makes it");
        return Ok(checks.code());
    }
    let known = key.is_some();
    let Some(store) = checks.note("database", reach(&config, key.flatten()).await) else {
        return Ok(checks.code());
    };
    let migrated = checks.note("migrations", migrations::up_to_date(&config).await);
    if config.database().is_postgres() {
        checks.note("row-level security", isolated(&store).await);
    }
    if migrated.is_some() && known {
        checks.note("keys", keys_open(&store).await);
    } else {
        report::skipped("keys: what failed above comes first");
    }
    store.close().await;
    Ok(checks.code())
}

struct Checks {
    healthy: bool,
}

impl Checks {
    fn note<T>(&mut self, what: &str, found: Result<T, Failure>) -> Option<T> {
        match found {
            Ok(found) => {
                report::ok(what);
                Some(found)
            }
            Err(failure) => {
                report::failed(&failure);
                self.healthy = false;
                None
            }
        }
    }

    fn code(&self) -> ExitCode {
        if self.healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn directory(config: &Config) -> Result<(), Failure> {
    closed(&config.data_dir, "chmod 700")
}

fn key_file(config: &Config) -> Result<(), Failure> {
    if config.master_key.is_some() {
        return Ok(());
    }
    closed(&master_key::file(config), "chmod 600")
}

/// What is there must be its owner's alone; what is not there is made so.
fn closed(path: &std::path::Path, command: &str) -> Result<(), Failure> {
    let name = path.display();
    match data_dir::open_to_others(path) {
        Ok(false) => Ok(()),
        Ok(true) => Err(Failure::new(format!("{name} is open to others")).advise(format!("Run `{command} {name}`."))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::new(format!("{name} cannot be looked at")).because(error)),
    }
}

async fn reach(config: &Config, key: Option<MasterKey>) -> Result<Store, Failure> {
    // Without the right key everything but the secrets can be looked at, with any other in its place.
    let key = key.unwrap_or_else(|| MasterKey::new([0; 32]));
    let store = Store::connect(&config.database(), Clock::system(), Vault::new(&key)?).await;
    let store = store.map_err(migrations::unreachable)?;
    store.system().await.map_err(migrations::unreachable)?;
    Ok(store)
}

async fn isolated(store: &Store) -> Result<(), Failure> {
    let findings = verify(store).await?;
    let Some(first) = findings.first() else {
        return Ok(());
    };
    let all = findings.iter().map(|finding| finding.what.as_str()).collect::<Vec<_>>().join(" ");
    Err(Failure::new(all).advise(first.advice.clone()))
}
