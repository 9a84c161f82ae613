//! Accepting an invitation: a person with or without an account becomes a member, and is signed in.
use crate::{
    Auth, AuthProblem, Authenticated, SignedIn, credentials, log_in,
    mfa::{self, Challenge},
    password::{Password, Policy},
    people,
    service::bare_scope,
    sign_up,
    tokens::Holder,
};
use purser_entity_auth::user::{self, Column, Entity};
use purser_kernel::{Client, ExposeSecret, Id, SecretString, UserId, clock::Stopwatch, text::Findings};
use purser_store::{
    AuditCategory,
    ports::{Invitations, OpenInvitation},
    prelude::*,
};
use std::sync::Arc;

/// What somebody sends to accept. It has no `Debug`: it is personal data and secrets.
pub struct AcceptInvitation {
    /// Out of the mail.
    pub token: SecretString,
    /// The name of somebody who has no account yet.
    pub full_name: Option<String>,
    /// The password of an account, or the one that somebody new chooses; none for who is signed in.
    pub password: Option<SecretString>,
}

/// An invitation, as whoever holds its token may see it.
#[derive(Clone, Debug)]
pub struct InvitationPreview {
    /// The invitation.
    pub invitation: OpenInvitation,
    /// Whether its address has an account, whose password is then asked for.
    pub has_account: bool,
}

/// Lets those in who were invited. Cheap to clone.
#[derive(Clone)]
pub struct Joins {
    /// Accounts and sessions.
    pub auth: Auth,
    /// What the tokens are good for.
    pub invitations: Arc<dyn Invitations>,
}

impl Joins {
    /// What the invitation is to, before it is accepted. `invalid_invitation` whatever is wrong with the token.
    pub async fn preview(
        &self,
        token: &SecretString,
        client: Client,
        request_id: String,
    ) -> Result<InvitationPreview, Problem> {
        let (invitation, account) = self.look(token, client, request_id).await?;
        Ok(InvitationPreview { invitation, has_account: account.is_some() })
    }

    /// Makes the person whom the invitation was sent to a member, and opens a session in the organization. Holding the token
    /// proves the address.
    ///
    /// `caller` joins if the address is theirs, else it is an `invitation_for_another`. Without a caller, an account is joined by its
    /// password (as at sign-in: `invalid_credentials`, `too_many_requests`, and `mfa_required` for the second step), and somebody new chooses a name and a password.
    /// `invalid_invitation` whatever is wrong with the token, at the same cost; `already_member` for somebody who is one.
    pub async fn accept(
        &self,
        request: AcceptInvitation,
        caller: Option<&Authenticated>,
        client: Client,
        request_id: String,
    ) -> Result<SignedIn, Problem> {
        let (invitation, account) = self.look(&request.token, client.clone(), request_id.clone()).await?;
        self.auth.prepare_signing_keys().await?;
        let organization = self.invitations.organization(&request.token);
        let scope = |user| bare_scope(organization, user, client, request_id);
        match (caller, account) {
            (Some(caller), account) => {
                let user = caller.scope.actor.in_person().filter(|user| Some(*user) == account);
                let user = user.ok_or_else(|| Problem::of(AuthProblem::InvitationForAnother))?;
                self.caller(&request.token, &scope(user), user).await
            }
            (None, Some(user)) => self.account(request, &scope(user), user).await,
            (None, None) => {
                let user = UserId::generate();
                self.stranger(request, &invitation, &scope(user), user).await
            }
        }
    }

    /// The invitation, and whose account has its address.
    async fn look(
        &self,
        token: &SecretString,
        client: Client,
        request_id: String,
    ) -> Result<(OpenInvitation, Option<UserId>), Problem> {
        let nobody = bare_scope(self.invitations.organization(token), UserId::generate(), client, request_id);
        let watch = Stopwatch::start();
        let tx = self.auth.store.read_in_any_state(&nobody).await?;
        let Some(invitation) = self.invitations.open(&tx, token).await? else {
            drop(tx);
            self.auth.take_time(watch).await;
            return Err(invalid());
        };
        let user =
            tx.global::<Entity>().filter(Column::EmailNormalized.eq(invitation.email.normalized())).one().await?;
        Ok((invitation, user.map(|user| user.id)))
    }

    /// Who is signed in already.
    async fn caller(&self, token: &SecretString, scope: &Scope, user: UserId) -> Result<SignedIn, Problem> {
        let tx = self.auth.store.write(scope).await?;
        self.join(&tx, token, user).await?;
        let person = people::active(&tx, user).await?.ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        let signed_in = self.sign_in(&tx, person).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Who has an account, and gives its password.
    async fn account(&self, request: AcceptInvitation, scope: &Scope, user: UserId) -> Result<SignedIn, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let given = request.password.ok_or_else(|| Problem::invalid("/password", "required", "must be given"))?;
        let given = Password::given(&given).ok_or_else(refused)?;
        let tx = self.auth.store.person_read(user).await?;
        let before = credentials::find(tx.system(), user, &scope.client).await?.ok_or_else(refused)?;
        drop(tx);
        before.attempts().allow(self.auth.store.clock().now())?;
        let right = self.auth.hasher.verify(given, before.password_hash()).await?;

        let tx = self.auth.store.write(scope).await?;
        let credential = credentials::for_update(tx.system(), user, &tx.scope().client).await?;
        // As at sign-in: others may have guessed meanwhile, or changed the password.
        credential.attempts().allow(tx.now())?;
        if !right {
            credentials::fail(&tx, &credential, log_in::SIGN_IN).await?;
            tx.commit().await?;
            return Err(refused());
        }
        if credential.password_hash() != before.password_hash() {
            return Err(refused());
        }
        credentials::forgive(tx.system(), &credential).await?;
        self.join(&tx, &request.token, user).await?;
        let holder = Holder { organization: tx.organization(), user, session: Id::generate() };
        if mfa::is_enrolled(tx.system(), user).await? {
            // They are a member now; to sign in they still have to show their second factor.
            let challenge = Challenge::begin(&tx, holder, None).await?;
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::MfaRequired).with("challenge", challenge.expose_secret()));
        }
        let signed_in = self.auth.enter(&tx, holder, None).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Who has no account.
    async fn stranger(
        &self,
        request: AcceptInvitation,
        invitation: &OpenInvitation,
        scope: &Scope,
        user: UserId,
    ) -> Result<SignedIn, Problem> {
        let mut found = Findings::new();
        let name = request.full_name.unwrap_or_default();
        let name = found.check(text::line("/full_name", &name, sign_up::MAX_NAME))?;
        let password = match &request.password {
            Some(password) => {
                let known =
                    [invitation.email.as_str(), name.as_deref().unwrap_or_default(), &invitation.organization_name];
                Password::choose("/password", password, &Policy::new(&self.auth.options, known.to_vec())).await
            }
            None => Err(Problem::invalid("/password", "required", "must be given")),
        };
        let password = found.check(password)?;
        found.finish()?;
        let (Some(name), Some(password)) = (name, password) else {
            return Err(Problem::internal("what is missing was found"));
        };
        let hash = self.auth.hasher.hash(password).await?;
        let tx = self.auth.store.write(scope).await?;
        // Whoever comes second finds it used, and not that the address is taken.
        self.invitations.hold(&tx, &request.token).await?.ok_or_else(invalid)?;
        // Who has read the mail has shown that it arrives.
        let person = sign_up::insert_user(&tx, user, &invitation.email, name, Some(tx.now())).await?;
        let stranger = self.auth.strangers.id(&invitation.email.normalized())?;
        sign_up::insert_credential(&tx, user, hash, stranger).await?;
        self.join(&tx, &request.token, user).await?;
        let entry = AuditEntry::new("user.sign_up", "user", user);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        let signed_in = self.sign_in(&tx, person).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    async fn join(&self, tx: &WriteTx, token: &SecretString, user: UserId) -> Result<(), Problem> {
        let invitation = self.invitations.hold(tx, token).await?.ok_or_else(invalid)?;
        self.invitations.join(tx, invitation.id, user).await?;
        let (now, own) = (tx.now(), Column::Id.eq(user).and(Column::EmailVerifiedAt.is_null()));
        let verified = |row: &mut user::ActiveModel| row.email_verified_at = Set(Some(now));
        tx.system().update_where(own, verified).await.map(|_| ())
    }

    async fn sign_in(&self, tx: &WriteTx, person: user::Model) -> Result<SignedIn, Problem> {
        let holder = Holder { organization: tx.organization(), user: person.id, session: Id::generate() };
        self.auth.tenants.seen(tx, person.id).await?;
        let tokens = self.auth.open_session(tx, holder).await?;
        let entry = AuditEntry::new(log_in::SIGN_IN, "session", holder.session);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        Ok(SignedIn { organization: holder.organization, user: person.into(), tokens })
    }
}

fn invalid() -> Problem {
    Problem::of(AuthProblem::InvalidInvitation)
}
