//! Getting a second factor, changing it, and taking it away.
use super::{
    Proof,
    factor::{self, place, take_code},
    recovery, totp,
};
use crate::{Auth, AuthProblem, people};
use purser_entity_auth::mfa_factor::{ActiveModel, Column, Entity, Kind};
use purser_kernel::{ExposeSecret, SecretString, ids::MfaFactorId};
use purser_store::{AuditCategory, prelude::*};

/// What the caller puts into their app. It has no `Debug`: it is secret.
pub struct Enrolment {
    /// The secret in base32, to be typed.
    pub secret: SecretString,
    /// All of it for a QR code: `otpauth://totp/…`.
    pub uri: SecretString,
}

/// What the caller has.
#[derive(Clone, Copy, Debug)]
pub struct MfaStatus {
    /// Since when an app is asked for.
    pub confirmed_at: Option<Timestamp>,
    /// Recovery codes that are left.
    pub recovery_codes_left: usize,
    /// Whether the organization asks for a second factor.
    pub is_required: bool,
}

const BEGIN: &str = "mfa.begin";
const CONFIRM: &str = "mfa.enable";
const REMOVE: &str = "mfa.disable";
const RECOVERY: &str = "mfa.recovery_codes";

impl Auth {
    /// What the caller has. `person_required` for an actor who is no person.
    pub async fn mfa_status(&self, scope: &Scope) -> Result<MfaStatus, Problem> {
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
        let tx = self.store.read(scope).await?;
        let factor = factor::of_kind(tx.system(), user, Kind::Totp).await?;
        Ok(MfaStatus {
            confirmed_at: factor.and_then(|factor| factor.confirmed_at),
            recovery_codes_left: recovery::left(tx.system(), user).await?,
            is_required: self.tenants.requires_mfa(&tx).await?,
        })
    }

    /// Makes a secret for the caller's app; it counts once they have [confirmed](Auth::confirm_totp) it. Again gives another one.
    ///
    /// `wrong_password`; `mfa_already_enrolled` for who has an app already.
    pub async fn begin_totp(&self, scope: &Scope, proof: Proof) -> Result<Enrolment, Problem> {
        let (tx, user) = self.proved(scope, proof, BEGIN).await?;
        if factor::is_enrolled(tx.system(), user).await? {
            return Err(Problem::of(AuthProblem::MfaAlreadyEnrolled));
        }
        let person = people::active(&tx, user).await?;
        let person = person.ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        let unconfirmed = Column::UserId.eq(user).and(Column::Kind.eq(Kind::Totp)).and(Column::ConfirmedAt.is_null());
        tx.system().remove::<Entity>(unconfirmed).await?;
        let (id, secret) = (MfaFactorId::generate(), totp::generate()?);
        let row = ActiveModel {
            id: Set(id),
            user_id: Set(user),
            kind: Set(Kind::Totp),
            secret_ciphertext: Set(tx.system().seal_global(place(id), secret.as_slice()).await?),
            confirmed_at: Set(None),
            last_used_step: Set(None),
            failures: Set(0),
            next_try_at: Set(None),
            ..Default::default()
        };
        let taken = || Problem::of(AuthProblem::MfaAlreadyEnrolled);
        tx.system().insert(row).await.on_unique("uq_mfa_factors_user_id_kind", taken)?;
        let (secret, uri) = totp::shown(secret.as_slice(), &person.email)?;
        tx.commit().await?;
        Ok(Enrolment { secret, uri })
    }

    /// Takes the first code of the caller's app: from now on it is asked for. Returns recovery codes, which cannot be shown again.
    ///
    /// `wrong_mfa_code` for a wrong one; `mfa_not_enrolled` when nothing was begun, or it was confirmed before.
    pub async fn confirm_totp(&self, scope: &Scope, code: &SecretString) -> Result<Vec<SecretString>, Problem> {
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
        let tx = self.store.write_in_any_state(scope).await?;
        let begun = Column::UserId.eq(user).and(Column::Kind.eq(Kind::Totp)).and(Column::ConfirmedAt.is_null());
        let factor = tx.global::<Entity>().filter(begun).for_update().one().await?;
        let factor = factor.ok_or_else(|| Problem::of(AuthProblem::MfaNotEnrolled))?;
        if !take_code(&tx, &factor, code.expose_secret(), CONFIRM).await? {
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::WrongMfaCode));
        }
        let (now, own) = (tx.now(), Column::Id.eq(factor.id));
        tx.system().update_where(own, |row: &mut ActiveModel| row.confirmed_at = Set(Some(now))).await?;
        let codes = recovery::replace(tx.system(), user).await?;
        tx.audit(AuditEntry::new(CONFIRM, "user", user).category(AuditCategory::Security)).await?;
        tx.commit().await?;
        // A session that was waiting for this may go on at once.
        self.rights.invalidate_all();
        Ok(codes)
    }

    /// Takes the second factor away, recovery codes included. `mfa_not_enrolled` when there is none; `platform_administrator` for one,
    /// since whoever knows the password of an administrator without a second factor could set one up.
    pub async fn remove_mfa(&self, scope: &Scope, proof: Proof) -> Result<(), Problem> {
        let (tx, user) = self.proved(scope, proof, REMOVE).await?;
        factor::for_update(tx.system(), user).await?;
        if people::active(&tx, user).await?.is_some_and(|person| person.is_platform_admin) {
            return Err(Problem::of(AuthProblem::PlatformAdministrator));
        }
        factor::remove_all(tx.system(), user).await?;
        tx.audit(AuditEntry::new(REMOVE, "user", user).category(AuditCategory::Security)).await?;
        tx.commit().await?;
        self.rights.invalidate_all();
        Ok(())
    }

    /// Gives the caller new recovery codes; the old ones are worth nothing from now on. `mfa_not_enrolled` without an app.
    pub async fn replace_recovery_codes(&self, scope: &Scope, proof: Proof) -> Result<Vec<SecretString>, Problem> {
        let (tx, user) = self.proved(scope, proof, RECOVERY).await?;
        factor::for_update(tx.system(), user).await?;
        let codes = recovery::replace(tx.system(), user).await?;
        tx.audit(AuditEntry::new(RECOVERY, "user", user).category(AuditCategory::Security)).await?;
        tx.commit().await?;
        Ok(codes)
    }
}
