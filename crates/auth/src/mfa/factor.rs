//! The row of a factor, and the codes that are tried on it.
use super::{recovery, totp};
use crate::{AuthProblem, throttle::Attempts};
use purser_entity_auth::mfa_factor::{ActiveModel, Column, Entity, Kind, Model};
use purser_kernel::{UserId, ids::MfaFactorId};
use purser_store::{AuditCategory, AuditSeverity, Place, prelude::*};

/// Where the secret of a factor is sealed for.
pub(super) fn place(id: MfaFactorId) -> Place {
    Place { table: "mfa_factors", column: "secret_ciphertext", row: id.as_uuid() }
}

pub(super) async fn of_kind(system: System<'_>, user: UserId, kind: Kind) -> Result<Option<Model>, Problem> {
    system.find::<Entity>().filter(Column::UserId.eq(user).and(Column::Kind.eq(kind))).one().await
}

/// Whether the person shows a second factor when they sign in.
pub(crate) async fn is_enrolled(system: System<'_>, user: UserId) -> Result<bool, Problem> {
    Ok(of_kind(system, user, Kind::Totp).await?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// The app's factor, confirmed, which nobody else changes until the transaction ends. `mfa_not_enrolled` when there is none.
pub(crate) async fn for_update(system: System<'_>, user: UserId) -> Result<Model, Problem> {
    let confirmed = Column::UserId.eq(user).and(Column::Kind.eq(Kind::Totp)).and(Column::ConfirmedAt.is_not_null());
    let row = system.find::<Entity>().filter(confirmed).for_update().one().await?;
    row.ok_or_else(|| Problem::of(AuthProblem::MfaNotEnrolled))
}

/// As [`try_code`], and a wrong one is written down in the organization's trail.
pub(super) async fn take_code(tx: &WriteTx, factor: &Model, code: &str, action: &'static str) -> Result<bool, Problem> {
    let right = try_code(tx.system(), factor, code).await?;
    if !right {
        let entry = AuditEntry::new(action, "user", factor.user_id);
        tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await?;
    }
    Ok(right)
}

/// Takes a code, of the app or a recovery code, and uses it up. `false` for a wrong one, which is counted: commit then, too.
/// `too_many_requests` during the pause that follows many of them.
pub(crate) async fn try_code(system: System<'_>, factor: &Model, code: &str) -> Result<bool, Problem> {
    let attempts = Attempts { failures: factor.failures, next_try_at: factor.next_try_at };
    attempts.allow(system.now())?;
    let right = if totp::is_code(code) {
        take_step(system, factor, code).await?
    } else {
        recovery::spend(system, factor.user_id, code).await?
    };
    let attempts = if right { Attempts::default() } else { attempts.after_failure(system.now()) };
    let change = |row: &mut ActiveModel| {
        row.failures = Set(attempts.failures);
        row.next_try_at = Set(attempts.next_try_at);
    };
    system.update_where(Column::Id.eq(factor.id), change).await?;
    Ok(right)
}

/// Takes all that the person shows beside their password away.
pub(crate) async fn remove_all(system: System<'_>, user: UserId) -> Result<(), Problem> {
    system.remove::<Entity>(Column::UserId.eq(user)).await.map(|_| ())
}

/// One code for each time step (RFC 6238, section 5.2): of two at once, and of one that is sent again, only one is taken.
async fn take_step(system: System<'_>, factor: &Model, code: &str) -> Result<bool, Problem> {
    let secret = system.vault().open_global(place(factor.id), &factor.secret_ciphertext)?;
    let Some(step) = totp::step_of(&secret, code, system.now())? else {
        return Ok(false);
    };
    let newer = Column::LastUsedStep.is_null().or(Column::LastUsedStep.lt(step));
    let own = Column::Id.eq(factor.id).and(newer);
    let taken = system.update_where(own, |row: &mut ActiveModel| row.last_used_step = Set(Some(step))).await?;
    Ok(taken == 1)
}
