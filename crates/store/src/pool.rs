//! A pool of connections at which only so many wait.
use crate::{
    connection::failed,
    error::{RETRY_AFTER, internal},
};
use purser_kernel::{CommonProblem, Problem};
use sqlx::{Database, pool::PoolConnection};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Who waits at once. With more, the last would wait longer for a connection than anybody has patience, and each holds its
/// request in memory meanwhile.
const MAX_WAITING: usize = 256;

/// Connections, and the seats of those who wait for one.
pub(crate) struct Pool<DB: Database> {
    connections: sqlx::Pool<DB>,
    seats: Arc<Semaphore>,
}

impl<DB: Database> Clone for Pool<DB> {
    fn clone(&self) -> Self {
        Self { connections: self.connections.clone(), seats: self.seats.clone() }
    }
}

impl<DB: Database> Pool<DB> {
    pub(crate) fn new(connections: sqlx::Pool<DB>) -> Self {
        Self { connections, seats: Arc::new(Semaphore::new(MAX_WAITING)) }
    }

    /// Waits for a connection. `unavailable` at once where too many wait already, and when it took too long.
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<DB>, Problem> {
        let full = |_| Problem::of(CommonProblem::Unavailable).retry_after(RETRY_AFTER);
        let _seat = self.seats.try_acquire().map_err(full)?;
        self.connections.acquire().await.map_err(|error| internal(failed(error)))
    }

    /// The connections themselves, for what happens outside of requests.
    pub(crate) fn connections(&self) -> &sqlx::Pool<DB> {
        &self.connections
    }
}
