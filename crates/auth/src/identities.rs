//! People from elsewhere.
//!
//! A person is (organization, connection, subject), never a mail address: whoever writes an address into a directory owns the
//! directory and not the mailbox. So an account that has the same address is somebody else, and the new person has no claim on
//! the address: nobody finds them by it, no password is reset by it, no invitation is theirs because of it. A directory vouches
//! for members of its own organization only; its sessions stay there. All of it holds for OpenID providers, too.
pub(crate) mod attempts;
mod profile;
mod renewal;
mod second_factor;

use crate::{
    Auth, AuthProblem, SignedIn, group_roles,
    mfa::{self, Challenge},
    oidc_log_in::SignIns,
    service::bare_scope,
    sessions::Voucher,
    tokens::Holder,
};
use attempts::Known;
use chrono::TimeDelta;
use profile::Profile;
use purser_entity_auth::user_identity::{Column, Entity, Model};
use purser_kernel::{
    ExposeSecret, SecretString, UserId,
    ids::{IntegrationId, SessionId},
};
use purser_store::{
    MasterKey,
    ports::{IdentityProviders, Memberships, Vouched},
    prelude::*,
};
use std::{sync::Arc, time::Duration};

/// How long a directory or a provider is not asked again whether somebody may still be here.
const CHECK_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Signs people in whom an organization's own directory or provider vouches for. Cheap to clone.
#[derive(Clone)]
pub struct Identities {
    pub(crate) auth: Auth,
    pub(crate) providers: Arc<dyn IdentityProviders>,
    pub(crate) memberships: Arc<dyn Memberships>,
    pub(crate) sign_ins: Arc<SignIns>,
    pub(crate) check_after: TimeDelta,
}

/// What a sign-in has come to.
enum Admission {
    SignedIn(SignedIn),
    /// A second factor is asked for.
    Challenged(SecretString),
    /// Somebody else was made from the same subject meanwhile.
    Lost,
}

impl Identities {
    /// The service. From `master` follows what belongs to a sign-in with a provider, so that every process of an installation
    /// can complete it.
    pub fn new(
        auth: Auth,
        providers: Arc<dyn IdentityProviders>,
        memberships: Arc<dyn Memberships>,
        master: &MasterKey,
    ) -> Result<Self, Problem> {
        let sign_ins = Arc::new(SignIns::new(master)?);
        Ok(Self { auth, providers, memberships, sign_ins, check_after: CHECK_AFTER })
    }

    /// Opens a session for whom the connection vouches. `mfa_required`, with a challenge, when they have a second factor here.
    pub(crate) async fn admit(&self, scope: &Scope, voucher: Voucher, person: Vouched) -> Result<SignedIn, Problem> {
        self.auth.prepare_signing_keys().await?;
        let Scope { organization, client, request_id, .. } = scope;
        // Two first sign-ins at once: the second one finds, when it looks again, whom the first has made.
        for _ in 0..2 {
            let known = {
                let tx = self.auth.store.read(scope).await?;
                self.identity(&tx, voucher.integration, &person.subject).await?
            };
            let user = known.map_or_else(UserId::generate, |identity| identity.user_id);
            let holder = Holder { organization: *organization, user, session: SessionId::generate() };
            let scope = bare_scope(*organization, user, client.clone(), request_id.clone());
            let tx = self.auth.store.write(&scope).await?;
            match self.open(&tx, holder, voucher.clone(), &person).await? {
                Admission::SignedIn(signed_in) => {
                    tx.commit().await?;
                    return Ok(signed_in);
                }
                Admission::Challenged(challenge) => {
                    tx.commit().await?;
                    return Err(Problem::of(AuthProblem::MfaRequired).with("challenge", challenge.expose_secret()));
                }
                Admission::Lost => {}
            }
        }
        Err(Problem::of(CommonProblem::Unavailable).retry_after(Duration::from_secs(1)))
    }

    async fn open(
        &self,
        tx: &WriteTx,
        holder: Holder,
        voucher: Voucher,
        person: &Vouched,
    ) -> Result<Admission, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let profile = Profile::of(person)?;
        let same = of_subject(voucher.integration, &person.subject);
        match tx.find_for_update::<Entity>().filter(same).one().await? {
            Some(identity) if identity.user_id == holder.user => {
                let known = Known::of(tx, identity).await?;
                attempts::forgive(tx, &known).await?;
                profile.keep(tx, &known.identity).await?;
            }
            Some(_) => return Ok(Admission::Lost),
            None => {
                profile.insert_user(tx, holder.user).await?;
                self.memberships.admit(tx, holder.user).await?;
                if !profile.insert_identity(tx, holder.user, voucher.integration).await? {
                    return Ok(Admission::Lost);
                }
            }
        }
        // Whoever was disabled here stays so, whatever the directory says.
        self.auth.tenants.membership(tx, holder.user).await?.ok_or_else(refused)?;
        group_roles::follow(&*self.memberships, tx, voucher.integration, holder.user, &person.groups).await?;
        if mfa::is_enrolled(tx.system(), holder.user).await? {
            return Ok(Admission::Challenged(Challenge::begin(tx, holder, Some(&voucher)).await?));
        }
        self.auth.enter(tx, holder, Some(voucher)).await.map(Admission::SignedIn)
    }

    /// The person with this subject.
    pub(crate) async fn identity(
        &self,
        tx: &ReadTx,
        integration: IntegrationId,
        subject: &str,
    ) -> Result<Option<Model>, Problem> {
        tx.find::<Entity>().filter(of_subject(integration, subject)).one().await
    }

    /// What the connection knows this person by.
    pub(crate) async fn identity_of(
        &self,
        tx: &ReadTx,
        integration: IntegrationId,
        user: UserId,
    ) -> Result<Option<Model>, Problem> {
        let own = Column::UserId.eq(user).and(Column::IntegrationId.eq(integration));
        tx.find::<Entity>().filter(own).one().await
    }
}

fn of_subject(integration: IntegrationId, subject: &str) -> Filter<Entity> {
    Column::IntegrationId.eq(integration).and(Column::Subject.eq(subject))
}
