//! How processes hear of each other's jobs and events on PostgreSQL.
//!
//! It is faster than polling and nothing more: who hears nothing finds them all the same.
mod events;
mod jobs;

pub(crate) use events::EventNews;
pub(crate) use jobs::{ANY, JobNews};

use crate::{
    Store,
    dialect::{EVENTS_CHANNEL, JOBS_CHANNEL, announce},
};
use purser_kernel::{ExposeSecret, SecretString};
use sqlx::postgres::PgListener;
use std::{fmt::Display, time::Duration};
use tokio_util::sync::CancellationToken;

/// What is committed in this time is told of at once.
const GATHER: Duration = Duration::from_millis(5);

/// Tells other processes that this one has committed jobs, and numbered events.
///
/// Not in the transactions that do so: PostgreSQL lets those that notify commit one after the other, each after the disk has
/// the one before it. Without an announcer other processes find both when they poll.
pub struct Announcer;

impl Announcer {
    /// Announces until `stop` is cancelled.
    pub async fn run(store: Store, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let told = tokio::select! {
                () = stop.cancelled() => return,
                kinds = store.job_news().to_announce() => tell(&store, JOBS_CHANNEL, &kinds).await,
                organizations = store.events().to_announce() => tell(&store, EVENTS_CHANNEL, &organizations).await,
            };
            if let Err(error) = told {
                tracing::warn!(%error, "other processes were not told of jobs or events");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(GATHER) => {}
            }
        }
    }
}

/// Who says it stands before each word: who hears itself knows it already.
async fn tell(store: &Store, channel: &str, words: &[impl Display]) -> Result<(), sqlx::Error> {
    let words = words.iter().map(|word| format!("{}:{word}", store.process())).collect();
    announce(store.engine(), channel, words).await
}

/// Hears from PostgreSQL that another process has committed jobs or numbered events, and wakes who waits for them here.
pub struct Listener;

impl Listener {
    /// Listens on a connection of its own until `stop` is cancelled. Behind a proxy that pools transactions LISTEN does not
    /// work, so `url` goes around it. A connection that breaks is opened again; meanwhile everybody polls.
    pub async fn run(store: Store, url: SecretString, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let listen = async {
                let mut listener = PgListener::connect(url.expose_secret()).await?;
                listener.listen_all([JOBS_CHANNEL, EVENTS_CHANNEL]).await?;
                loop {
                    let heard = listener.recv().await?;
                    let Some((process, word)) = heard.payload().split_once(':') else { continue };
                    if process == store.process() {
                        continue;
                    }
                    if heard.channel() == JOBS_CHANNEL {
                        store.job_news().heard([word]);
                    } else if let Ok(organization) = word.parse() {
                        store.events().heard(organization);
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                ended = listen => {
                    let ended: Result<(), sqlx::Error> = ended;
                    if let Err(error) = ended {
                        tracing::warn!(%error, "listening for jobs and events was interrupted");
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
