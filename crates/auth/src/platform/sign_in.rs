//! Signing in as an administrator: a password, and always a second factor.
use super::SESSION;
use crate::{
    Auth, AuthProblem, Person,
    credentials::{self, Credential},
    mfa, networks,
    password::Password,
    people,
    tokens::{Holder, RefreshToken},
};
use chrono::TimeDelta;
use purser_entity_auth::{
    platform_session::{ActiveModel, Column, Entity, Model},
    user,
};
use purser_kernel::{
    Client, Email, ExposeSecret, Id, OrganizationId, PlatformScope, SecretString, UserId, ids::PlatformSessionId,
};
use purser_store::{PlatformAuditEntry, prelude::*};

/// How long an administrator has for the second step.
const CHALLENGE: TimeDelta = TimeDelta::minutes(5);
const SIGN_IN: &str = "platform_session.sign_in";

/// What an administrator writes to sign in. It has no `Debug`: it is personal data and a secret.
pub struct PlatformLogIn {
    /// Their mail address.
    pub email: String,
    /// Their password.
    pub password: SecretString,
}

/// What they write in the second step. It has no `Debug`: it is secret.
pub struct PlatformSecondStep {
    /// From the first step.
    pub challenge: SecretString,
    /// The six digits of the app, or a recovery code.
    pub code: SecretString,
}

/// What signing in gives.
#[derive(Debug)]
pub struct PlatformSignedIn {
    /// The administrator.
    pub admin: Person,
    /// The session.
    pub session: PlatformSessionId,
    /// A JWT for the header `Authorization: Bearer`. It cannot be renewed.
    pub access_token: SecretString,
    /// Until when it and the session are valid.
    pub expires_at: Timestamp,
    /// How long that is, in whole seconds.
    pub expires_in: i64,
}

/// An active person, who may be an administrator.
struct Account {
    person: UserId,
    is_admin: bool,
    credential: Credential,
}

impl Auth {
    /// The first step: the right password brings a challenge for the [second](Auth::admin_second_step).
    ///
    /// `invalid_credentials` whatever is wrong, also for the right password of somebody who is no administrator.
    /// `mfa_enrolment_required` for an administrator who has lost their second factor; `too_many_requests` during the pause after many
    /// wrong passwords, which is the same as at other doors.
    pub async fn admin_log_in(
        &self,
        request: PlatformLogIn,
        client: Client,
        request_id: String,
    ) -> Result<SecretString, Problem> {
        self.unhurried(Box::pin(self.first_step(request, client, request_id))).await
    }

    async fn first_step(
        &self,
        request: PlatformLogIn,
        client: Client,
        request_id: String,
    ) -> Result<SecretString, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let address = Email::parse("/email", &request.email).map_err(|_| refused())?.normalized();
        let password = Password::given(&request.password).ok_or_else(refused)?;
        let account = self.admin_account(&address, &client).await?;
        // As at the other doors: where somebody is at home, what others do from there does not count against them.
        let at_home = account.as_ref().is_some_and(|account| account.credential.is_at_home());
        let network = client.network().filter(|_| !at_home);
        self.allow(network).await?;
        let stranger = self.stranger(&address).await?;
        let attempts = account.as_ref().map_or(stranger, |account| account.credential.attempts());
        attempts.allow(self.store.clock().now())?;
        let hash = account.as_ref().and_then(|account| account.credential.password_hash());
        let right = self.hasher.verify(password.clone(), hash).await?
            && account.as_ref().is_some_and(|account| account.is_admin);
        if right {
            self.allow(network).await?;
        } else {
            self.count(network).await?;
        }
        let Some(Account { person: admin, is_admin, credential: before }) = account else {
            self.stranger_failed(&address).await?;
            return Err(refused());
        };
        let renewed = match before.password_hash() {
            Some(hash) if right => self.hasher.renew(password, hash).await?,
            _ => None,
        };

        // The failures of who is none count as at their own door, so that where somebody is paused does not tell who is one. They do not
        // stand in the platform's trail.
        let who = PlatformScope { admin: Some(admin), request_id, client };
        let tx = self.store.person(admin).await?;
        let system = tx.system();
        let credential = credentials::for_update(system, admin, &who.client).await?;
        // Others may have failed, or changed the password, while this one was compared.
        credential.attempts().allow(system.now())?;
        if !right {
            credentials::count_failure(system, &credential).await?;
            if is_admin {
                system.platform_audit(&who, PlatformAuditEntry::new(SIGN_IN).failed()).await?;
            }
            tx.commit().await?;
            return Err(refused());
        }
        if credential.password_hash() != before.password_hash() {
            return Err(refused());
        }
        if let Some(hash) = renewed {
            credentials::rehash(system, &credential, hash).await?;
        }
        credentials::forgive(system, &credential).await?;
        if !mfa::is_enrolled(system, admin).await? {
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::MfaEnrolmentRequired));
        }
        let challenge = begin(system, &who, admin).await?;
        tx.commit().await?;
        Ok(challenge.reveal())
    }

    /// The second step: opens the session.
    ///
    /// As [`Auth::second_step`], and what is wrong is written down in the platform's trail.
    pub async fn admin_second_step(
        &self,
        step: PlatformSecondStep,
        client: Client,
        request_id: String,
    ) -> Result<PlatformSignedIn, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidMfaChallenge);
        let challenge = RefreshToken::parse(step.challenge.expose_secret()).ok_or_else(refused)?;
        let admin = challenge.holder().user;
        self.prepare_signing_keys().await?;
        let who = PlatformScope { admin: Some(admin), request_id, client };
        let tx = self.store.person(admin).await?;
        let system = tx.system();
        let row = waiting(system, &challenge).await?.ok_or_else(refused)?;
        let gone = |problem: Problem| if problem.is(AuthProblem::MfaNotEnrolled) { refused() } else { problem };
        let factor = mfa::for_update(system, admin).await.map_err(gone)?;
        if !mfa::try_code(system, &factor, step.code.expose_secret()).await? {
            system.platform_audit(&who, PlatformAuditEntry::new(SIGN_IN).failed()).await?;
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::InvalidMfaCode));
        }
        let now = system.now();
        let unused = Column::Id.eq(row.id).and(Column::ConfirmedAt.is_null());
        // Of two at once one is refused.
        if system.update_where(unused, |row: &mut ActiveModel| row.confirmed_at = Set(Some(now))).await? == 0 {
            return Err(refused());
        }
        let credential = credentials::for_update(system, admin, &who.client).await?;
        if credential.changed_at().is_some_and(|changed| changed > row.created_at) {
            return Err(refused());
        }
        let person = people::active_in(system, admin).await?.filter(|person| person.is_platform_admin);
        let person = person.ok_or_else(refused)?;
        let own = user::Column::Id.eq(admin);
        system.update_where(own, |row: &mut user::ActiveModel| row.last_login_at = Set(Some(now))).await?;
        networks::remember(system, admin, &who.client).await?;
        system.platform_audit(&who, PlatformAuditEntry::new(SIGN_IN)).await?;
        let keys = self.keys.known()?;
        let access_token = self.platform_tokens.issue(&keys.signer, admin, row.id, now, row.expires_at)?;
        tx.commit().await?;
        Ok(PlatformSignedIn {
            admin: Person { last_login_at: Some(now), ..person.into() },
            session: row.id,
            access_token,
            expires_at: row.expires_at,
            expires_in: (row.expires_at - now).num_seconds(),
        })
    }

    async fn admin_account(&self, address: &str, client: &Client) -> Result<Option<Account>, Problem> {
        let tx = self.store.system_read().await?;
        let theirs = user::Column::EmailNormalized.eq(address).and(user::Column::IsActive.eq(true));
        let person = tx.system().find::<user::Entity>().filter(theirs).one().await?;
        drop(tx);
        let is_admin = person.as_ref().is_some_and(|person| person.is_platform_admin);
        // For an unknown address the same is looked up about nobody.
        let person = person.map_or_else(UserId::generate, |person| person.id);
        let tx = self.store.person_read(person).await?;
        let credential = credentials::find(tx.system(), person, client).await?;
        Ok(credential.map(|credential| Account { person, is_admin, credential }))
    }
}

/// Writes a session down that waits for the second factor. What is left of older ones is cleared away.
async fn begin(system: System<'_>, who: &PlatformScope, admin: UserId) -> Result<RefreshToken, Problem> {
    let now = system.now();
    system.remove::<Entity>(Column::UserId.eq(admin).and(Column::ExpiresAt.lt(now))).await?;
    let session = PlatformSessionId::generate();
    // Built as refresh tokens are, and of no organization: no other door takes it.
    let nowhere = OrganizationId::from_uuid(uuid::Uuid::nil());
    let holder = Holder { organization: nowhere, user: admin, session: Id::from_uuid(session.as_uuid()) };
    let challenge = RefreshToken::first(holder)?;
    let row = ActiveModel {
        id: Set(session),
        user_id: Set(admin),
        challenge_hash: Set(challenge.hash()),
        challenge_expires_at: Set(now + CHALLENGE),
        confirmed_at: Set(None),
        ip: Set(who.client.ip.clone()),
        user_agent: Set(who.client.user_agent.as_ref().map(|name| name.chars().take(512).collect())),
        expires_at: Set(now + SESSION),
        revoked_at: Set(None),
        ..Default::default()
    };
    system.insert(row).await?;
    Ok(challenge)
}

/// The session that the challenge opens, while it can.
async fn waiting(system: System<'_>, challenge: &RefreshToken) -> Result<Option<Model>, Problem> {
    let Holder { user, session, .. } = challenge.holder();
    let usable = Column::Id
        .eq(session.as_uuid())
        .and(Column::UserId.eq(user))
        .and(Column::ChallengeHash.eq(challenge.hash()))
        .and(Column::ConfirmedAt.is_null())
        .and(Column::RevokedAt.is_null())
        .and(Column::ChallengeExpiresAt.gt(system.now()));
    system.find::<Entity>().filter(usable).one().await
}
