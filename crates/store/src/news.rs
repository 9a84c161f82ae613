//! How processes hear of each other's jobs on PostgreSQL.
//!
//! It is faster than polling and nothing more: who hears nothing finds the jobs all the same.
use crate::{
    Store,
    dialect::{JOBS_CHANNEL, announce_jobs},
};
use purser_kernel::{ExposeSecret, SecretString};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What is committed in this time is told of at once.
const GATHER: Duration = Duration::from_millis(5);

/// Tells other processes that this one has committed jobs.
///
/// Not in the transactions that queue them: PostgreSQL lets those that notify commit one after the other, each after the disk has
/// the one before it. Without an announcer other processes find the jobs when they poll.
pub struct Announcer;

impl Announcer {
    /// Announces until `stop` is cancelled.
    pub async fn run(store: Store, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = store.jobs_to_announce().notified() => {}
            }
            if let Err(error) = announce_jobs(store.engine()).await {
                tracing::warn!(%error, "other processes were not told of jobs");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(GATHER) => {}
            }
        }
    }
}

/// Hears from PostgreSQL that another process has committed jobs, and wakes this one's workers.
pub struct Listener;

impl Listener {
    /// Listens on a connection of its own until `stop` is cancelled. Behind a proxy that pools transactions LISTEN does not
    /// work, so `url` goes around it. A connection that breaks is opened again; meanwhile workers poll.
    pub async fn run(store: Store, url: SecretString, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let listen = async {
                let mut listener = PgListener::connect(url.expose_secret()).await?;
                listener.listen(JOBS_CHANNEL).await?;
                loop {
                    listener.recv().await?;
                    store.wake_workers();
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                ended = listen => {
                    let ended: Result<(), sqlx::Error> = ended;
                    if let Err(error) = ended {
                        tracing::warn!(%error, "listening for jobs was interrupted");
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
            }
        }
    }
}
