//! When each key was last used: noted by the request, written by nobody's request.
use crate::Auth;
use moka::future::Cache;
use purser_entity_auth::api_key::{ActiveModel, Column};
use purser_kernel::{OrganizationId, ids::ApiKeyId};
use purser_store::prelude::*;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A key's use is written at most this often.
const PRECISION: Duration = Duration::from_mins(1);
/// Keys that wait to be written. A use more than that is forgotten until the key is used again.
const MAX_WAITING: usize = 10_000;

type Waiting = HashMap<OrganizationId, (Vec<ApiKeyId>, Timestamp)>;

/// Uses that are not written yet.
#[derive(Clone)]
pub(crate) struct LastUsed {
    /// Keys that were noted within the last minute.
    noted: Cache<(OrganizationId, ApiKeyId), ()>,
    waiting: Arc<Mutex<Waiting>>,
    wake: Arc<Notify>,
}

impl LastUsed {
    pub(crate) fn new() -> Self {
        let noted = Cache::builder().max_capacity(100_000).time_to_live(PRECISION).build();
        Self { noted, waiting: Arc::default(), wake: Arc::default() }
    }

    pub(crate) async fn note(&self, (organization, key): (OrganizationId, ApiKeyId), now: Timestamp) {
        if !self.noted.entry((organization, key)).or_insert(()).await.is_fresh() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.values().map(|(keys, _)| keys.len()).sum::<usize>() < MAX_WAITING {
            let (keys, latest) = waiting.entry(organization).or_insert_with(|| (Vec::new(), now));
            keys.push(key);
            *latest = now.max(*latest);
            self.wake.notify_one();
        }
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Auth {
    /// Writes when keys were last used, as they are, until `stop` is cancelled. One transaction for each organization, none of them
    /// a request's: a key that is used a thousand times in a minute costs one write. What cannot be written is left out.
    pub async fn write_last_used(self, stop: CancellationToken) {
        let used = &self.api_keys.used;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = used.wake.notified() => {}
            }
            for (organization, (keys, time)) in used.take() {
                if let Err(problem) = self.write_uses(organization, keys, time).await {
                    tracing::warn!(%problem, "the last use of API keys could not be written");
                }
            }
        }
    }

    async fn write_uses(
        &self,
        organization: OrganizationId,
        keys: Vec<ApiKeyId>,
        time: Timestamp,
    ) -> Result<(), Problem> {
        let tx = self.store.write_in_any_state(&Scope::system(organization, "api_keys.last_used")).await?;
        let older = Column::LastUsedAt.is_null().or(Column::LastUsedAt.lt(time));
        let filter = Column::Id.is_in(keys).and(older);
        tx.update_where(filter, |row: &mut ActiveModel| row.last_used_at = Set(Some(time))).await?;
        tx.commit().await
    }
}
