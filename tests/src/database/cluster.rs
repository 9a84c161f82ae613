//! A PostgreSQL server of a test's own, which may be broken.
use super::server::{Server, not_run};
use super::temporary::{self, Temporary};
use super::{TestDatabase, postgres};
use std::sync::{Arc, Mutex, PoisonError};

/// A server made from installed binaries, gone when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    temporary: Arc<Mutex<Temporary>>,
}

impl Cluster {
    /// Starts one. `None` where PostgreSQL is not installed, which was said then.
    pub fn start() -> Option<Self> {
        match temporary::start() {
            Ok((temporary, admin)) => {
                Some(Self { server: Server::of(admin), temporary: Arc::new(Mutex::new(temporary)) })
            }
            Err(reason) => {
                not_run(&reason);
                None
            }
        }
    }

    /// A migrated database without rows.
    pub async fn database(&self) -> TestDatabase {
        postgres::migrated_on(&self.server).await
    }

    /// Stops the server as a crash does, and starts it again. Others go on meanwhile.
    pub async fn restart(&self) {
        let temporary = self.temporary.clone();
        let restart = move || temporary.lock().unwrap_or_else(PoisonError::into_inner).restart();
        tokio::task::spawn_blocking(restart).await.expect("the server starts again");
    }
}
