//! Signing up: a person and their organization at once.
use crate::{
    Auth, AuthOptions, AuthProblem, MailToken, Person, Tokens,
    password::{Password, Policy},
    tokens::Holder,
};
use purser_entity_auth::{one_time_token::Purpose, user, user_credential};
use purser_kernel::{
    Client, Email, Id, OrganizationId, PermissionSet, SecretString, UserId, ids::UserCredentialId, text::Findings,
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
    password: Password,
}

/// The length of the columns for names.
pub(crate) const MAX_NAME: usize = 200;

impl Auth {
    /// Founds an organization with its first person, signs them in, and has them sent a mail to confirm their address.
    ///
    /// `email_taken` when somebody has the address, also when two sign up at once; `validation_failed` for each field that
    /// cannot be; `unavailable` when too many passwords wait to be hashed.
    pub async fn sign_up(&self, request: SignUp, client: Client, request_id: String) -> Result<SignedUp, Problem> {
        let Founder { organization_name, full_name, email, password } = founder(&request, &self.options).await?;
        let password_hash = self.hasher.hash(password).await?;
        self.prepare_signing_keys().await?;
        let holder =
            Holder { organization: OrganizationId::generate(), user: UserId::generate(), session: Id::generate() };
        // Whoever founds an organization may do everything in it.
        let owner = Scope::user(holder.organization, holder.user, PermissionSet::all());
        let tx = self.store.write(&Scope { client, request_id, ..owner }).await?;
        let user = insert_user(&tx, holder.user, &email, full_name).await?;
        insert_credential(&tx, holder.user, password_hash).await?;
        let organization = self.tenants.found(&tx, &organization_name, holder.user).await?;
        self.tenants.seen(&tx, holder.user).await?;
        let tokens = self.open_session(&tx, holder).await?;
        tx.enqueue(MailToken::job(holder.user, Purpose::VerifyEmail)).await?;
        let entry = AuditEntry::new("user.sign_up", "user", holder.user);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        tx.commit().await?;
        Ok(SignedUp { organization, user: user.into(), tokens })
    }
}

async fn founder(request: &SignUp, options: &AuthOptions) -> Result<Founder, Problem> {
    let mut findings = Findings::new();
    let organization_name = findings.check(text::line("/organization_name", &request.organization_name, MAX_NAME))?;
    let full_name = findings.check(text::line("/full_name", &request.full_name, MAX_NAME))?;
    let email = findings.check(Email::parse("/email", &request.email))?;
    let about = vec![request.email.as_str(), request.full_name.as_str(), request.organization_name.as_str()];
    let password = Password::choose("/password", &request.password, &Policy::new(options, about)).await;
    let password = findings.check(password)?;
    findings.finish()?;
    match (organization_name, full_name, email, password) {
        (Some(organization_name), Some(full_name), Some(email), Some(password)) => {
            Ok(Founder { organization_name, full_name, email, password })
        }
        _ => Err(Problem::internal("what is missing was found")),
    }
}

pub(crate) async fn insert_user(
    tx: &WriteTx,
    id: UserId,
    email: &Email,
    full_name: String,
) -> Result<user::Model, Problem> {
    let row = user::ActiveModel {
        id: Set(id),
        email: Set(email.as_str().to_owned()),
        email_normalized: Set(Some(email.normalized())),
        full_name: Set(full_name),
        is_active: Set(true),
        is_platform_admin: Set(false),
        last_login_at: Set(Some(tx.now())),
        ..Default::default()
    };
    tx.system().insert(row).await.on_unique("uq_users_email_normalized", || Problem::of(AuthProblem::EmailTaken))
}

pub(crate) async fn insert_credential(tx: &WriteTx, user: UserId, password_hash: String) -> Result<(), Problem> {
    let row = user_credential::ActiveModel {
        id: Set(UserCredentialId::generate()),
        user_id: Set(user),
        password_hash: Set(Some(password_hash)),
        changed_at: Set(Some(tx.now())),
        failed_logins: Set(0),
        next_try_at: Set(None),
        ..Default::default()
    };
    tx.system().insert(row).await.map(|_| ())
}
