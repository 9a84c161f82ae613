//! Signing up: a person and their organization at once.
mod by_mail;
mod mail;

pub use by_mail::CompleteSignUp;
pub use mail::MailSignUp;

use crate::{
    Auth, AuthProblem, MailToken, Person, SignUpMode, Tokens,
    password::{Password, Policy},
    strangers,
    tokens::Holder,
};
use purser_entity_auth::{one_time_token::Purpose, user, user_credential};
use purser_kernel::{
    Client, Email, Id, OrganizationId, PermissionSet, SecretString, UserId,
    ids::{SignInStrangerId, UserCredentialId},
    text::Findings,
};
use purser_store::{AuditCategory, ports::Founded, prelude::*};

/// What somebody writes to sign up. It has no `Debug`: nearly all of it is personal data.
pub struct SignUp {
    /// One line of at most 200 characters.
    pub organization_name: String,
    /// One line of at most 200 characters.
    pub full_name: String,
    /// A mail address that nobody has signed up with.
    pub email: String,
    /// At least as long as the installation asks for, at most 128 characters.
    pub password: SecretString,
}

/// What signing up has made.
#[derive(Debug)]
pub struct SignedUp {
    /// The organization, which the person owns.
    pub organization: Founded,
    /// The person.
    pub user: Person,
    /// The tokens of their first session.
    pub tokens: Tokens,
}

/// What [`SignUp`] becomes at the door.
struct Founder {
    organization_name: String,
    full_name: String,
    email: Email,
    password_hash: String,
}

/// The length of the columns for names.
pub(crate) const MAX_NAME: usize = 200;

impl Auth {
    /// Founds an organization with its first person, signs them in, and has them sent a mail to confirm their address.
    ///
    /// `email_taken` when somebody has the address, also when two sign up at once; `validation_failed` for each field that
    /// cannot be; `unavailable` when too many passwords wait to be hashed; `sign_up_by_mail` where the installation wants to see a
    /// mail answered first.
    pub async fn sign_up(&self, request: SignUp, client: Client, request_id: String) -> Result<SignedUp, Problem> {
        if self.options.sign_up == SignUpMode::ByMail {
            return Err(Problem::of(AuthProblem::SignUpByMail));
        }
        let founder = self.founder(&request).await?;
        let holder = holder(OrganizationId::generate());
        let tx = self.founding(holder, client, request_id).await?;
        let signed_up = self.found_organization(&tx, holder, founder, None).await?;
        tx.enqueue(MailToken::job(holder.user, Purpose::VerifyEmail)).await?;
        tx.commit().await?;
        Ok(signed_up)
    }

    async fn founder(&self, request: &SignUp) -> Result<Founder, Problem> {
        let mut findings = Findings::new();
        let names = findings.check(names(&request.organization_name, &request.full_name))?;
        let email = findings.check(Email::parse("/email", &request.email))?;
        let about = vec![request.email.as_str(), request.full_name.as_str(), request.organization_name.as_str()];
        let password = Password::choose("/password", &request.password, &Policy::new(&self.options, about)).await;
        let password = findings.check(password)?;
        findings.finish()?;
        match (names, email, password) {
            (Some((organization_name, full_name)), Some(email), Some(password)) => {
                let password_hash = self.hasher.hash(password).await?;
                Ok(Founder { organization_name, full_name, email, password_hash })
            }
            _ => Err(Problem::internal("what is missing was found")),
        }
    }

    /// Begins the transaction in which `holder` founds an organization.
    async fn founding(&self, holder: Holder, client: Client, request_id: String) -> Result<WriteTx, Problem> {
        self.prepare_signing_keys().await?;
        // Whoever founds an organization may do everything in it.
        let owner = Scope::user(holder.organization, holder.user, PermissionSet::all());
        self.store.write(&Scope { client, request_id, ..owner }).await
    }

    /// `verified` is when mails to their address were seen to arrive.
    async fn found_organization(
        &self,
        tx: &WriteTx,
        holder: Holder,
        founder: Founder,
        verified: Option<Timestamp>,
    ) -> Result<SignedUp, Problem> {
        let Founder { organization_name, full_name, email, password_hash } = founder;
        let user = insert_user(tx, holder.user, &email, full_name, verified).await?;
        insert_credential(tx, holder.user, password_hash, self.strangers.id(&email.normalized())?).await?;
        let organization = self.tenants.found(tx, &organization_name, holder.user).await?;
        self.tenants.seen(tx, holder.user).await?;
        let tokens = self.open_session(tx, holder).await?;
        let entry = AuditEntry::new("user.sign_up", "user", holder.user);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        Ok(SignedUp { organization, user: user.into(), tokens })
    }
}

/// The organization's name and the person's.
fn names(organization_name: &str, full_name: &str) -> Result<(String, String), Problem> {
    let mut findings = Findings::new();
    let organization_name = findings.check(text::line("/organization_name", organization_name, MAX_NAME))?;
    let full_name = findings.check(text::line("/full_name", full_name, MAX_NAME))?;
    findings.finish()?;
    organization_name.zip(full_name).ok_or_else(|| Problem::internal("what is missing was found"))
}

/// Who founds the organization, in their first session.
fn holder(organization: OrganizationId) -> Holder {
    Holder { organization, user: UserId::generate(), session: Id::generate() }
}

pub(crate) async fn insert_user(
    tx: &WriteTx,
    id: UserId,
    email: &Email,
    full_name: String,
    verified: Option<Timestamp>,
) -> Result<user::Model, Problem> {
    let row = user::ActiveModel {
        id: Set(id),
        email: Set(email.as_str().to_owned()),
        email_normalized: Set(Some(email.normalized())),
        email_verified_at: Set(verified),
        full_name: Set(full_name),
        is_active: Set(true),
        is_platform_admin: Set(false),
        last_login_at: Set(Some(tx.now())),
        ..Default::default()
    };
    tx.system().insert(row).await.on_unique("uq_users_email_normalized", || Problem::of(AuthProblem::EmailTaken))
}

/// `stranger` is what was counted for their address while nobody had it.
pub(crate) async fn insert_credential(
    tx: &WriteTx,
    user: UserId,
    password_hash: String,
    stranger: SignInStrangerId,
) -> Result<(), Problem> {
    let before = strangers::adopt(tx.system(), stranger).await?;
    let row = user_credential::ActiveModel {
        id: Set(UserCredentialId::generate()),
        user_id: Set(user),
        password_hash: Set(Some(password_hash)),
        changed_at: Set(Some(tx.now())),
        failed_logins: Set(before.failures),
        next_try_at: Set(before.next_try_at),
        ..Default::default()
    };
    tx.system().insert(row).await.map(|_| ())
}
