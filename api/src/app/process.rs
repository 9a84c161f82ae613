//! What every process of Purser has: a database that may be used, services over it, and parts that run until it ends.
use super::tasks::Tasks;
use crate::{
    Config, Failure, data_dir, mail, master_key,
    metrics::{MetricsServer, Queue},
    migrations,
    wiring::Services,
};
use purser_kernel::{Clock, CommonProblem, Problem};
use purser_store::{
    Announcer, Listener, MissingMasterKey, Scheduler, Store, Vault,
    jobs::{Worker, WorkerOptions},
    ports::Tenants,
    verify,
};
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

/// A running process.
pub struct Process {
    services: Arc<Services>,
    pub(super) tasks: Tasks,
    metrics_address: Option<SocketAddr>,
    shutdown_timeout: Duration,
}

impl Process {
    /// Opens the database and everything over it, and serves metrics. Refuses, with advice, a schema it does not know, a role
    /// that policies do not bind, and a master key that is not the database's.
    pub async fn start(config: &Config, clock: Clock) -> Result<Self, Failure> {
        let services = Arc::new(open(config, clock).await?);
        if let Some(why) = mail::stay_here(config) {
            tracing::warn!("mails: {why}");
        }
        if config.webhooks_allow_loopback {
            tracing::warn!(
                "PURSER_WEBHOOKS_ALLOW_LOOPBACK is set: whoever may make webhook endpoints reaches what listens on this machine"
            );
        }
        let process =
            Self { services, tasks: Tasks::new(), metrics_address: None, shutdown_timeout: config.shutdown_timeout };
        if process.services.store.is_postgres() {
            let announcer = Announcer::run(process.services.store.clone(), process.tasks.token());
            process.tasks.spawn("announcer", endless(announcer));
            let listener = Listener::run(process.services.store.clone(), config.direct_url(), process.tasks.token());
            process.tasks.spawn("listener", endless(listener));
        }
        process.with_metrics(config)
    }

    fn with_metrics(mut self, config: &Config) -> Result<Self, Failure> {
        if let Some(address) = config.metrics_listen {
            let server = MetricsServer::bind(address)?;
            self.metrics_address = Some(server.address());
            let queue = Queue { store: self.services.store.clone(), kinds: self.services.job_kinds() };
            self.tasks.spawn("metrics", server.run(queue, self.tasks.token()));
        }
        Ok(self)
    }

    /// Writes down when API keys are used.
    pub(super) fn note_api_keys(&self) {
        let writer = self.services.auth.clone().write_last_used(self.tasks.token());
        self.tasks.spawn("api keys", endless(writer));
    }

    /// Writes down who reads what is about people.
    pub(super) fn note_accesses(&self) {
        let writer = self.services.accesses.clone().write(self.tasks.token());
        self.tasks.spawn("accesses", endless(writer));
    }

    /// Reads new events for those who follow them.
    pub(super) fn follow_events(&self) {
        let streams = self.services.streams.clone().run(self.tasks.token());
        self.tasks.spawn("streams", endless(streams));
    }

    /// Does jobs, `concurrency` at a time, and queues those whose time has come.
    pub fn work(&self, concurrency: usize) -> Result<(), Failure> {
        let (store, stop) = (&self.services.store, || self.tasks.token());
        let options = WorkerOptions { concurrency, ..WorkerOptions::default() };
        // What waits for others, such as mail servers, waits in places of its own: all kinds of it together leave the rest as it is.
        let (slow, quick): (Vec<_>, Vec<_>) =
            self.services.job_handlers().into_iter().partition(|handler| handler.at_once(concurrency) < concurrency);
        let worker = Worker::new(store.clone(), quick, options);
        let slow = Worker::new(store.clone(), slow, WorkerOptions { concurrency: (concurrency / 4).max(1), ..options });
        let scheduler = Scheduler::new(store.clone(), Services::schedules())?;
        self.tasks.spawn("worker", endless(worker.run(stop())));
        self.tasks.spawn("slow jobs", endless(slow.run(stop())));
        let (handler, concurrency) = self.services.webhook_handler(stop())?;
        let sender = Worker::new(store.clone(), vec![handler], WorkerOptions { concurrency, ..options });
        self.tasks.spawn("webhooks", endless(sender.run(stop())));
        self.tasks.spawn("scheduler", endless(scheduler.run(stop())));
        Ok(())
    }

    /// What this process is made of.
    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Where metrics are read, if they are.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Returns when a part of the process broke, which stops the others.
    pub async fn broken(&self) {
        self.tasks.told_to_stop().await;
    }

    /// Ends what runs (requests that were accepted are answered, jobs are finished) and closes the database.
    pub async fn stop(self) -> Result<(), Failure> {
        let ended = self.tasks.stop(self.shutdown_timeout).await;
        // Whoever did not end in time holds a connection that would be waited for.
        if ended.is_ok() {
            // Nobody reads any more.
            if let Err(problem) = self.services.accesses.flush().await {
                tracing::error!(%problem, "who read personal data last could not be written");
            }
            self.services.store.close().await;
        }
        ended
    }
}

/// Parts of the store that have nothing to complain about.
async fn endless(run: impl Future<Output = ()>) -> Result<(), Infallible> {
    run.await;
    Ok(())
}

/// The services over a database that was looked at first.
pub async fn open(config: &Config, clock: Clock) -> Result<Services, Failure> {
    let master_key = master_key::load(config)?;
    if config.database_url.is_none() {
        data_dir::prepare(&config.data_dir)?;
    }
    migrations::ready(config).await?;
    let vault = Vault::new(&master_key)?;
    let store = Store::connect(&config.database(), clock, vault).await.map_err(migrations::unreachable)?;
    let findings = verify(&store).await.map_err(migrations::unreachable)?;
    if let Some(finding) = findings.into_iter().next() {
        return Err(Failure::new(finding.what).advise(finding.advice));
    }
    keys_open(&store).await?;
    let services = Services::build(config, store, master_key)?;
    services.auth.prepare_signing_keys().await.map_err(wrong_key)?;
    purser_compliance::keys::prepare(&services.store).await.map_err(wrong_key)?;
    Ok(services)
}

/// The database as the owner of its tables reaches it, for what the server's role may not do.
pub async fn open_as_owner(config: &Config, clock: Clock) -> Result<Store, Failure> {
    let master_key = master_key::load(config)?;
    migrations::up_to_date(config).await?;
    let store = Store::connect(&config.database_as_owner(), clock, Vault::new(&master_key)?).await;
    let store = store.map_err(migrations::unreachable)?;
    keys_open(&store).await?;
    Ok(store)
}

/// Whether this process has every master key that has sealed something, and opens the key of the first organization, if there is one:
/// a wrong key is noticed at the start and not by the first customer whose secret does not open.
pub async fn keys_open(store: &Store) -> Result<(), Failure> {
    match store.vault().missing_master_key(store).await? {
        None => {}
        Some(MissingMasterKey::Active) => {
            return Err(Failure::new("PURSER_MASTER_KEY is not the key of this database").advise(RIGHT_KEY));
        }
        Some(MissingMasterKey::Retiring) => {
            return Err(Failure::new("The rotation of the master key is not finished, and the key before it is missing")
                .advise(
                    "Give it to every process as PURSER_MASTER_KEY_PREVIOUS until `purser keys rotate --master` has come to its end.",
                ));
        }
    }
    let tenants = purser_tenancy::Tenancy;
    let tx = store.system_read().await?;
    let first = tenants.page(tx.system(), None, 1).await?;
    drop(tx);
    for organization in first {
        store.vault().check(store, organization).await.map_err(wrong_key)?;
    }
    Ok(())
}

const RIGHT_KEY: &str = "Give PURSER_MASTER_KEY the key that this database was made with, or the one that took its place; a backup of \
                         a database is worth nothing without it.";

fn wrong_key(problem: Problem) -> Failure {
    if !problem.is(CommonProblem::Internal) {
        return problem.into();
    }
    Failure::new("The database's keys do not open").because(problem).advise(RIGHT_KEY)
}
