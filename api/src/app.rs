//! The server as a value: `purser serve`, the tests and the demonstration start the same one.
mod process;
mod tasks;

pub use process::{Process, keys_open, open, open_as_owner};

use crate::{
    Config, Failure,
    http::{HttpOptions, Server},
    wiring::Services,
};
use purser_kernel::Clock;
use std::{net::SocketAddr, sync::Arc};

/// A server that answers requests and does jobs. Dropped, it is told to stop; [`App::stop`] waits for that.
pub struct App {
    /// Where it listens: the port is known here, also when any was asked for.
    pub address: SocketAddr,
    process: Process,
}

impl App {
    /// Starts everything that the configuration asks for. The server accepts requests when this returns.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        Self::start_at(config, Clock::system()).await
    }

    /// As [`App::start`], by a clock that tests can move.
    pub async fn start_at(config: Config, clock: Clock) -> Result<Self, Failure> {
        let process = Process::start(&config, clock).await?;
        let options = HttpOptions {
            listen: config.listen,
            threads: config.http_threads,
            max_body_bytes: config.max_body_bytes,
            max_import_bytes: config.max_import_bytes,
            trusted_proxies: config.trusted_proxies.clone(),
            cors_allowed_origins: config.cors_allowed_origins.clone(),
            cookies: config.cookies,
            hsts: config.is_production(),
            limits: config.limits,
            send_timeout: config.send_timeout,
            shutdown_timeout: config.shutdown_timeout,
        };
        let server = Server::bind(options, process.services().clone()).map_err(|error| {
            Failure::new(format!("{} cannot be listened at", config.listen))
                .because(error)
                .advise("Name another address with PURSER_LISTEN or --listen.")
        })?;
        let address = server.address();
        process.tasks.spawn("http", server.run(process.tasks.token()));
        process.note_api_keys();
        process.note_accesses();
        process.follow_events();
        if config.workers > 0 {
            process.work(config.workers)?;
        }
        Ok(Self { address, process })
    }

    /// What the server is made of.
    pub fn services(&self) -> &Arc<Services> {
        self.process.services()
    }

    /// Where metrics are read, if they are.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.process.metrics_address()
    }

    /// Returns when a part of the server broke, which stops the others.
    pub async fn broken(&self) {
        self.process.broken().await;
    }

    /// Accepts no more, answers what was accepted, finishes the jobs that run and closes the database.
    pub async fn stop(self) -> Result<(), Failure> {
        self.process.stop().await
    }
}
