//! What people want to be told of, and how.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Expected, Problem, UserId};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What a person has chosen.
#[derive(Clone, Debug)]
pub struct ChosenNotifications {
    /// As it was kept; empty for somebody who has chosen nothing yet. What it means is not the keeper's to know.
    pub settings: Map<String, Value>,
    /// Where they are: a time zone of the IANA database, theirs or the organization's.
    pub timezone: String,
    /// Of all that they prefer.
    pub version: i64,
}

/// Implemented by tenancy, which keeps what people prefer.
#[async_trait]
pub trait NotificationSettings: Send + Sync {
    /// What each of these people has chosen, by a fixed number of statements.
    async fn of(&self, tx: &ReadTx, people: &[UserId]) -> Result<HashMap<UserId, ChosenNotifications>, Problem>;

    /// What the caller has chosen, with their row locked, if it has a version that is expected. `not_found` for an actor who is no
    /// person.
    async fn lock(&self, tx: &WriteTx, expected: Expected) -> Result<ChosenNotifications, Problem>;

    /// Keeps what the caller has chosen, after [`lock`](Self::lock), and returns the version that this has made.
    async fn keep(&self, tx: &WriteTx, settings: Map<String, Value>) -> Result<i64, Problem>;
}
