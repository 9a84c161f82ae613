//! Answers that are given again instead of being worked out twice.
//!
//! The draft standard is "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header). A key belongs to
//! actor, method and path. The answer is kept, sealed, in the transaction of its effect: either both are there or neither is.
use crate::{Place, Sealed, WriteTx, dialect, error::internal, prelude::*};
use chrono::TimeDelta;
use purser_entity_platform::idempotency_key::{self, Column, Entity};
use purser_kernel::{Id, ids::IdempotencyKeyId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long an answer is kept.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Pauses in milliseconds before a key counts as in use: a rollback takes one round trip to the database.
const ROLLBACK: [u64; 5] = [5, 10, 20, 40, 80];

/// A request that carries a key.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    /// The method.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The key.
    pub key: String,
    /// SHA-256 over the body.
    pub body_hash: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names and values of the headers that belong to the answer, such as `ETag`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What a key's claim found.
#[derive(Debug)]
pub enum KeyClaim {
    /// Nobody used the key: do the work, then [`WriteTx::keep_answer`].
    New,
    /// The same request was answered before.
    Replay(Answer),
}

#[derive(Debug)]
pub(crate) struct ClaimedKey {
    id: IdempotencyKeyId,
    actor: String,
    request: KeyedRequest,
}

impl WriteTx {
    /// Claims the key for this transaction.
    ///
    /// `idempotency_key_in_use` while another request with it runs (on SQLite that one is waited for instead),
    /// `idempotency_key_reused` when it was used with another body.
    pub async fn claim_key(&self, request: KeyedRequest) -> Result<KeyClaim, Problem> {
        let scope = self.scope();
        let actor = match scope.actor.id() {
            Some(id) => format!("{}:{id}", scope.actor.kind()),
            None => scope.actor.kind().to_owned(),
        };
        let KeyedRequest { method, path, key, body_hash } = &request;
        let name = format!("idempotency/{}/{actor}/{method}/{path}/{key}", scope.organization);
        self.lock_key(&name).await?;
        let same = Column::Actor
            .eq(actor.as_str())
            .and(Column::Method.eq(method.as_str()))
            .and(Column::Path.eq(path.as_str()))
            .and(Column::Key.eq(key.as_str()));
        if let Some(row) = self.find::<Entity>().filter(same).one().await? {
            if row.expires_at > self.now() {
                if row.request_hash != *body_hash {
                    return Err(Problem::of(CommonProblem::IdempotencyKeyReused));
                }
                return self.replay(row).await.map(KeyClaim::Replay);
            }
            self.remove::<Entity>(Column::Id.eq(row.id)).await?;
        }
        let claimed = ClaimedKey { id: Id::generate(), actor, request };
        *self.key.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(claimed);
        Ok(KeyClaim::New)
    }

    /// Takes the key. One whose request has just failed is held until that was rolled back, which may be a moment after its
    /// answer; a request that runs is not waited for.
    async fn lock_key(&self, name: &str) -> Result<(), Problem> {
        let mut pauses = ROLLBACK.into_iter();
        while !dialect::try_lock(self.connection(), name).await.map_err(internal)? {
            let pause = pauses.next().ok_or_else(|| Problem::of(CommonProblem::IdempotencyKeyInUse))?;
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(())
    }

    async fn replay(&self, row: idempotency_key::Model) -> Result<Answer, Problem> {
        let sealed = Sealed { ciphertext: row.response_ciphertext, key_id: row.response_key_id };
        let answer = self.open(place(row.id), &sealed).await?;
        serde_json::from_slice(&answer).map_err(Problem::internal)
    }

    /// Keeps the answer for the key that this transaction claimed. Without one it does nothing.
    pub async fn keep_answer(&self, answer: &Answer) -> Result<(), Problem> {
        let claimed = self.key.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(ClaimedKey { id, actor, request }) = claimed else {
            return Ok(());
        };
        let sealed = self.seal(place(id), &serde_json::to_vec(answer).map_err(Problem::internal)?).await?;
        let row = idempotency_key::ActiveModel {
            id: Set(id),
            actor: Set(actor),
            method: Set(request.method),
            path: Set(request.path),
            key: Set(request.key),
            request_hash: Set(request.body_hash),
            response_status: Set(answer.status.into()),
            response_ciphertext: Set(sealed.ciphertext),
            response_key_id: Set(sealed.key_id),
            expires_at: Set(self.now() + KEPT_FOR),
            ..Default::default()
        };
        self.insert_many([row]).await
    }

    /// Removes at most `limit` of the organization's answers that are kept no longer. Returns how many there were.
    pub async fn purge_answers(&self, limit: u64) -> Result<u64, Problem> {
        let over = self.find::<Entity>().without(Column::ResponseCiphertext, Vec::<u8>::new());
        let over = over.filter(Column::ExpiresAt.lte(self.now())).order_by(Column::ExpiresAt, Asc).all(limit).await?;
        self.remove::<Entity>(Column::Id.is_in(over.iter().map(|row| row.id))).await
    }
}

fn place(id: IdempotencyKeyId) -> Place {
    Place { table: "idempotency_keys", column: "response_ciphertext", row: id.as_uuid() }
}
