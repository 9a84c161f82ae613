//! Who read orders with words of customers in them: written a moment later and many together, as the API does.
use crate::{Database, State, postgres, sqlite, view::Order};
use chrono::{DateTime, Utc};
use purser_kernel::Clock;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use uuid::Uuid;

/// As long as the API gathers them.
const GATHERING: Duration = Duration::from_millis(20);

/// A reading.
pub(crate) struct Access {
    pub(crate) orders: Vec<Uuid>,
    pub(crate) at: DateTime<Utc>,
}

/// Where readings are noted.
#[derive(Clone)]
pub(crate) struct Accesses(UnboundedSender<Access>);

impl Accesses {
    pub(crate) fn new() -> (Self, UnboundedReceiver<Access>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// Notes that these orders were shown; those without words do not count.
    pub(crate) fn note<'o>(&self, orders: impl IntoIterator<Item = &'o Order>) {
        let has_words = |order: &&Order| {
            order.notes.is_some()
                || order.customer_reference.is_some()
                || order.lines.iter().any(|line| line.ai_original_text.is_some())
        };
        let orders: Vec<Uuid> = orders.into_iter().filter(has_words).map(|order| order.id).collect();
        if !orders.is_empty() {
            // Whoever writes them ends with the program.
            let _ = self.0.send(Access { orders, at: Clock::system().now() });
        }
    }
}

/// Writes what is noted, as long as somebody notes.
pub(crate) async fn write(state: State, mut noted: UnboundedReceiver<Access>) {
    while let Some(first) = noted.recv().await {
        tokio::time::sleep(GATHERING).await;
        let mut accesses = vec![first];
        while let Ok(access) = noted.try_recv() {
            accesses.push(access);
        }
        let written = match &state.database {
            Database::Postgres(pool) => postgres::note(pool, &state, accesses).await,
            Database::Sqlite { writer, .. } => sqlite::note(writer, &state, accesses).await,
        };
        if written.is_err() {
            return;
        }
    }
}
