//! The row of a person's password: what is kept beside it, and how it changes.
use crate::{AuthProblem, throttle::Attempts};
use purser_entity_auth::user_credential::{ActiveModel, Column, Entity, Model};
use purser_kernel::UserId;
use purser_store::{AuditCategory, AuditSeverity, prelude::*};

/// The wrong passwords that were given lately.
pub(crate) fn attempts_of(credential: &Model) -> Attempts {
    Attempts { failures: credential.failed_logins, next_try_at: credential.next_try_at }
}

/// The row, which nobody else changes until the transaction ends. `invalid_credentials` when there is none.
pub(crate) async fn for_update(tx: &WriteTx, user: UserId) -> Result<Model, Problem> {
    let row = tx.global::<Entity>().filter(Column::UserId.eq(user)).for_update().one().await?;
    row.ok_or_else(|| Problem::of(AuthProblem::InvalidCredentials))
}

/// Counts a wrong password that was given for `action`.
pub(crate) async fn fail(
    tx: &WriteTx,
    credential: &Model,
    attempts: Attempts,
    action: &'static str,
) -> Result<(), Problem> {
    note(tx, credential, attempts.after_failure(tx.now())).await?;
    let entry = AuditEntry::new(action, "user", credential.user_id);
    tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await
}

/// Writes down how many wrong passwords there were.
pub(crate) async fn note(tx: &WriteTx, credential: &Model, attempts: Attempts) -> Result<(), Problem> {
    if attempts == attempts_of(credential) {
        return Ok(());
    }
    let change = |row: &mut ActiveModel| {
        row.failed_logins = Set(attempts.failures);
        row.next_try_at = Set(attempts.next_try_at);
    };
    tx.system().update_where(Column::Id.eq(credential.id), change).await.map(|_| ())
}

/// Keeps the hash of the same password by other parameters.
pub(crate) async fn rehash(tx: &WriteTx, credential: &Model, hash: String) -> Result<(), Problem> {
    let change = |row: &mut ActiveModel| row.password_hash = Set(Some(hash));
    tx.system().update_where(Column::Id.eq(credential.id), change).await.map(|_| ())
}

/// Keeps the hash of another password. Wrong ones that were given before are forgiven.
pub(crate) async fn replace(tx: &WriteTx, credential: &Model, hash: String) -> Result<(), Problem> {
    let now = tx.now();
    let change = |row: &mut ActiveModel| {
        row.password_hash = Set(Some(hash));
        row.changed_at = Set(Some(now));
        row.failed_logins = Set(0);
        row.next_try_at = Set(None);
    };
    tx.system().update_where(Column::Id.eq(credential.id), change).await.map(|_| ())
}
