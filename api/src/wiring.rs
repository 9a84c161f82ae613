//! Where the program is put together: which crate implements which port, who does which job, who hears of which event.
use purser_auth::Auth;
use purser_kernel::Problem;
use purser_store::Store;

/// Everything a handler may need.
pub struct Services {
    /// The database.
    pub store: Store,
    /// Sign-up, sign-in, sessions.
    pub auth: Auth,
}

impl Services {
    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), Problem> {
        self.store.system().await.map(|_| ())
    }
}
