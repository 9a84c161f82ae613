//! Whom an event concerns, where it does not say so itself.
use crate::{ReadTx, outbox::Event};
use async_trait::async_trait;
use purser_kernel::{Problem, Timestamp, UserId};
use std::collections::HashSet;
use uuid::Uuid;

/// Whom something concerns at this moment, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// The people, whoever they are by now.
    pub people: Vec<UserId>,
    /// The thing in one line. Never what somebody wrote in a message.
    pub about: String,
    /// Since when it has been so, where that says something.
    pub since: Option<Timestamp>,
}

/// Implemented by whoever owns a kind of thing, and asked when people are told of it.
#[async_trait]
pub trait Concerns: Send + Sync {
    /// What kind of thing, as its events name their resource.
    fn resource(&self) -> &'static str;

    /// Whom the event concerns. `None` when there is nothing to be told any more.
    async fn of(&self, tx: &ReadTx, event: &Event) -> Result<Option<Concern>, Problem>;

    /// Those of the things that the person may see now. What they need beside is looked at elsewhere: here it is about things that
    /// only some see who may see things of the kind.
    async fn visible(&self, tx: &ReadTx, person: UserId, ids: &[Uuid]) -> Result<HashSet<Uuid>, Problem> {
        let (_, _) = (tx, person);
        Ok(ids.iter().copied().collect())
    }
}
