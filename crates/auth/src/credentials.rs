//! A person's password: what is kept beside it, and how it changes.
use crate::{AuthProblem, networks, throttle::Attempts};
use purser_entity_auth::{
    sign_in_network,
    user_credential::{ActiveModel, Column, Entity, Model},
};
use purser_kernel::{Client, UserId};
use purser_store::{AuditCategory, AuditSeverity, prelude::*};

/// A person's password, for somebody who comes from a certain network.
pub(crate) struct Credential {
    row: Model,
    /// Where they come from, if the person has signed in from there.
    network: Option<sign_in_network::Model>,
}

impl Credential {
    /// The hash as it is kept. Nothing for people whom only a directory vouches for.
    pub(crate) fn password_hash(&self) -> Option<&str> {
        self.row.password_hash.as_deref()
    }

    /// When the password was last changed.
    pub(crate) fn changed_at(&self) -> Option<Timestamp> {
        self.row.changed_at
    }

    /// Whether the person has signed in before from where this attempt comes from.
    pub(crate) fn is_at_home(&self) -> bool {
        self.network.is_some()
    }

    /// The wrong passwords that count here: those from the same network where the person has signed in before, and else those
    /// from everywhere else.
    pub(crate) fn attempts(&self) -> Attempts {
        self.network.as_ref().map_or_else(
            || Attempts { failures: self.row.failed_logins, next_try_at: self.row.next_try_at },
            networks::attempts_of,
        )
    }
}

/// The person's password as it is now.
pub(crate) async fn find(system: System<'_>, user: UserId, client: &Client) -> Result<Option<Credential>, Problem> {
    let row = system.find::<Entity>().filter(Column::UserId.eq(user)).one().await?;
    // For nobody the same is looked up: the work is to be the same.
    let network = networks::known(system, user, client).await?;
    Ok(row.map(|row| Credential { row, network }))
}

/// As [`find`], and nobody else changes it until the transaction ends. `invalid_credentials` when there is none.
pub(crate) async fn for_update(system: System<'_>, user: UserId, client: &Client) -> Result<Credential, Problem> {
    let row = system.find::<Entity>().filter(Column::UserId.eq(user)).for_update().one().await?;
    let row = row.ok_or_else(|| Problem::of(AuthProblem::InvalidCredentials))?;
    let network = networks::known(system, user, client).await?;
    Ok(Credential { row, network })
}

/// Counts a wrong password.
pub(crate) async fn count_failure(system: System<'_>, credential: &Credential) -> Result<(), Problem> {
    note(system, credential, credential.attempts().after_failure(system.now())).await
}

/// Counts a wrong password that was given for `action`, and writes it down in the organization's trail.
pub(crate) async fn fail(tx: &WriteTx, credential: &Credential, action: &'static str) -> Result<(), Problem> {
    count_failure(tx.system(), credential).await?;
    let entry = AuditEntry::new(action, "user", credential.row.user_id);
    tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await
}

/// Forgives the wrong passwords that came before a right one.
pub(crate) async fn forgive(system: System<'_>, credential: &Credential) -> Result<(), Problem> {
    note(system, credential, Attempts::default()).await
}

async fn note(system: System<'_>, credential: &Credential, attempts: Attempts) -> Result<(), Problem> {
    if attempts == credential.attempts() {
        return Ok(());
    }
    if let Some(network) = &credential.network {
        return networks::note(system, network, attempts).await;
    }
    let change = |row: &mut ActiveModel| {
        row.failed_logins = Set(attempts.failures);
        row.next_try_at = Set(attempts.next_try_at);
    };
    system.update_where(Column::Id.eq(credential.row.id), change).await.map(|_| ())
}

/// Keeps the hash of the same password by other parameters.
pub(crate) async fn rehash(system: System<'_>, credential: &Credential, hash: String) -> Result<(), Problem> {
    let change = |row: &mut ActiveModel| row.password_hash = Set(Some(hash));
    system.update_where(Column::Id.eq(credential.row.id), change).await.map(|_| ())
}

/// Keeps the hash of another password. Wrong ones that were given before are forgiven, wherever they came from.
pub(crate) async fn replace(system: System<'_>, credential: &Credential, hash: String) -> Result<(), Problem> {
    let now = system.now();
    let change = |row: &mut ActiveModel| {
        row.password_hash = Set(Some(hash));
        row.changed_at = Set(Some(now));
        row.failed_logins = Set(0);
        row.next_try_at = Set(None);
    };
    system.update_where(Column::Id.eq(credential.row.id), change).await?;
    networks::forgive_all(system, credential.row.user_id).await
}
