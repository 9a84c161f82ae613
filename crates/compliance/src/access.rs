//! Who read what may be personal.
//!
//! A reading is noted by the request and written a moment later by a writer of its own: the transaction that reads cannot write, and on
//! SQLite it must not wait for the one writer. What cannot even be noted, because the database takes nothing any more, is not shown.
mod buffer;
mod list;

pub use list::{AccessFilter, list};

use buffer::{Buffer, Noted};
use purser_entity_compliance::data_access::{ActiveModel, Operation};
use purser_kernel::{CommonProblem, Id, OrganizationId, Problem, Scope};
use purser_store::{Store, prelude::Set};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long the writer gathers what is read one after the other: a transaction for each reading would cost more than the readings do.
const GATHERING: Duration = Duration::from_millis(20);
/// How long the writer waits when the database took nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was read.
#[derive(Clone, Debug)]
pub struct Access {
    resource: &'static str,
    records: Vec<Uuid>,
    operation: Operation,
    is_personal: bool,
}

impl Access {
    /// These rows of `resource`, such as `customer`, were shown.
    pub fn select<K>(resource: &'static str, records: impl IntoIterator<Item = Id<K>>) -> Self {
        let records = records.into_iter().map(Id::as_uuid).collect();
        Self { resource, records, operation: Operation::Select, is_personal: true }
    }

    /// They left in a file.
    pub fn export<K>(resource: &'static str, records: impl IntoIterator<Item = Id<K>>) -> Self {
        Self { operation: Operation::Export, ..Self::select(resource, records) }
    }

    /// They are not about people as such: there may be something personal in them, or not.
    pub fn unsure(self) -> Self {
        Self { is_personal: false, ..self }
    }
}

/// Notes readings, and writes them. Cheap to clone.
#[derive(Clone)]
pub struct AccessLog {
    store: Store,
    buffer: Arc<Buffer>,
}

impl AccessLog {
    /// A log into this database.
    pub fn new(store: Store) -> Self {
        Self { store, buffer: Arc::default() }
    }

    /// Notes what the caller of `scope` was shown, and what they said it is for. Nothing shown is nothing to note.
    ///
    /// `unavailable` when so much waits to be written that it cannot be noted: what leaves no trace is not shown.
    pub fn note(&self, scope: &Scope, purpose: Option<&str>, access: Access) -> Result<(), Problem> {
        if access.records.is_empty() {
            return Ok(());
        }
        let row = ActiveModel {
            // Given here, so that what was written by a commit whose answer got lost is not written again.
            id: Set(Id::generate()),
            actor_kind: Set(scope.actor.kind().to_owned()),
            actor_id: Set(scope.actor.id()),
            on_behalf_of: Set(scope.actor.on_behalf_of().map(Id::as_uuid)),
            resource: Set(access.resource.to_owned()),
            record_count: Set(i32::try_from(access.records.len()).unwrap_or(i32::MAX)),
            record_ids: Set(json!(access.records)),
            operation: Set(access.operation),
            contains_pii: Set(access.is_personal),
            purpose: Set(purpose.map(str::to_owned)),
            request_id: Set(scope.request_id.clone()),
            created_at: Set(self.store.clock().now()),
            ..Default::default()
        };
        let noted = self.buffer.add(Noted { organization: scope.organization, row });
        if noted { Ok(()) } else { Err(Problem::of(CommonProblem::Unavailable).retry_after(PATIENCE)) }
    }

    /// Writes what is noted, as it is, until `stop` is cancelled. Then call [`AccessLog::flush`], once nothing reads any more.
    pub async fn write(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.buffer.noted() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(GATHERING) => {}
            }
            if let Err(problem) = self.flush().await {
                tracing::warn!(%problem, "who read personal data could not be written yet");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(PATIENCE) => {}
                }
                self.buffer.wake();
            }
        }
    }

    /// Writes everything that is noted now: one transaction for each organization, with one statement for many readings. What could not
    /// be written is still noted.
    pub async fn flush(&self) -> Result<(), Problem> {
        let mut failed = None;
        for (organization, rows) in self.buffer.take() {
            match self.write_rows(organization, &rows).await {
                Ok(()) => self.buffer.written(rows.len()),
                Err(problem) => {
                    self.buffer.put_back(organization, rows);
                    failed = Some(problem);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Suspended organizations are read, too.
    async fn write_rows(&self, organization: OrganizationId, rows: &[ActiveModel]) -> Result<(), Problem> {
        let scope = Scope::system(organization, "data_access");
        let tx = self.store.write_in_any_state(&scope).await?;
        tx.append_if_absent(rows.iter().cloned()).await?;
        tx.commit().await
    }
}
