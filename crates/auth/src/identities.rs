//! People from elsewhere.
//!
//! A person is (organization, connection, subject), never a mail address: whoever writes an address into a directory owns the
//! directory and not the mailbox. So an account that has the same address is somebody else, and the new person has no claim on
//! the address: nobody finds them by it, no password is reset by it, no invitation is theirs because of it. A directory vouches
//! for members of its own organization only; its sessions stay there.
mod profile;
mod renewal;

use crate::{
    Auth, AuthProblem, Person, SignedIn, group_roles, people, service::bare_scope, sessions::Voucher, tokens::Holder,
};
use chrono::TimeDelta;
use profile::Profile;
use purser_entity_auth::{user, user_identity};
use purser_kernel::{
    UserId,
    ids::{IntegrationId, SessionId},
};
use purser_store::{
    AuditCategory,
    ports::{IdentityProviders, Memberships, Vouched},
    prelude::*,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// How long a directory is not asked again whether somebody may still be here.
const CHECK_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Signs people in whom an organization's own directory vouches for. Cheap to clone.
#[derive(Clone)]
pub struct Identities {
    pub(crate) auth: Auth,
    pub(crate) providers: Arc<dyn IdentityProviders>,
    pub(crate) memberships: Arc<dyn Memberships>,
    pub(crate) check_after: TimeDelta,
}

impl Identities {
    /// The service.
    pub fn new(auth: Auth, providers: Arc<dyn IdentityProviders>, memberships: Arc<dyn Memberships>) -> Self {
        Self { auth, providers, memberships, check_after: CHECK_AFTER }
    }

    /// Opens a session for whom the connection vouches.
    pub(crate) async fn admit(
        &self,
        scope: &Scope,
        integration: IntegrationId,
        person: Vouched,
        until: Timestamp,
    ) -> Result<SignedIn, Problem> {
        self.auth.prepare_signing_keys().await?;
        let Scope { organization, client, request_id, .. } = scope;
        // Two first sign-ins at once: the second one finds, when it looks again, whom the first has made.
        for _ in 0..2 {
            let known = {
                let tx = self.auth.store.read(scope).await?;
                self.identity(&tx, integration, &person.subject).await?
            };
            let user = known.map_or_else(UserId::generate, |identity| identity.user_id);
            let holder = Holder { organization: *organization, user, session: SessionId::generate() };
            let scope = bare_scope(*organization, user, client.clone(), request_id.clone());
            let tx = self.auth.store.write(&scope).await?;
            if let Some(signed_in) = self.open(&tx, holder, Voucher { integration, until }, &person).await? {
                tx.commit().await?;
                return Ok(signed_in);
            }
        }
        Err(Problem::of(CommonProblem::Unavailable).retry_after(Duration::from_secs(1)))
    }

    /// `None` when somebody else was made from the same subject meanwhile.
    async fn open(
        &self,
        tx: &WriteTx,
        holder: Holder,
        voucher: Voucher,
        person: &Vouched,
    ) -> Result<Option<SignedIn>, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let profile = Profile::of(person)?;
        match self.identity(tx, voucher.integration, &person.subject).await? {
            Some(identity) if identity.user_id == holder.user => profile.keep(tx, &identity).await?,
            Some(_) => return Ok(None),
            None => {
                profile.insert_user(tx, holder.user).await?;
                self.memberships.admit(tx, holder.user).await?;
                if !profile.insert_identity(tx, holder.user, voucher.integration).await? {
                    return Ok(None);
                }
            }
        }
        // Whoever was disabled here stays so, whatever the directory says.
        let user = people::active(tx, holder.user).await?.ok_or_else(refused)?;
        self.auth.tenants.membership(tx, holder.user).await?.ok_or_else(refused)?;
        group_roles::follow(&*self.memberships, tx, voucher.integration, holder.user, &person.groups).await?;
        let now = tx.now();
        let own = user::Column::Id.eq(holder.user);
        tx.system().update_where(own, |row: &mut user::ActiveModel| row.last_login_at = Set(Some(now))).await?;
        let tokens = self.auth.open_vouched_session(tx, holder, voucher).await?;
        let entry = AuditEntry::new("session.sign_in", "session", holder.session).category(AuditCategory::Security);
        tx.audit(entry.after(&json!({ "integration_id": voucher.integration }))).await?;
        let user = Person { last_login_at: Some(now), ..user.into() };
        Ok(Some(SignedIn { organization: holder.organization, user, tokens }))
    }

    /// The person with this subject.
    pub(crate) async fn identity(
        &self,
        tx: &ReadTx,
        integration: IntegrationId,
        subject: &str,
    ) -> Result<Option<user_identity::Model>, Problem> {
        let same = user_identity::Column::IntegrationId.eq(integration).and(user_identity::Column::Subject.eq(subject));
        tx.find::<user_identity::Entity>().filter(same).one().await
    }
}
