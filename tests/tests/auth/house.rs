//! An installation with nobody in it.
use chrono::TimeDelta;
use purser_auth::{Auth, AuthOptions, Authenticated, LogIn, SignUp, SignUpMode, SignedIn, SignedUp, Tokens};
use purser_entity_tenancy::membership;
use purser_kernel::{
    Client, Clock, ExposeSecret, OrganizationId, PageRequest, PermissionSet, Problem, Scope, SecretString, Timestamp,
};
use purser_store::{AuditFilter, DatabaseOptions, MasterKey, Store, Vault, audit_logs, prelude::*};
use purser_tenancy::Tenancy;
use purser_tests::database::{Engine, TestDatabase};
use std::{sync::Arc, time::Duration};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A clock that the test moves.
pub(crate) fn clock() -> Clock {
    Clock::fixed(Timestamp::from_timestamp(1_795_000_000, 0).unwrap())
}

pub(crate) struct House {
    pub(crate) auth: Auth,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    _database: TestDatabase,
}

impl House {
    pub(crate) async fn new(engine: Engine) -> Option<Self> {
        let database = TestDatabase::new(engine).await?;
        let clock = clock();
        let vault = Vault::new(&master()).unwrap();
        let database_options = DatabaseOptions::new(&database.application_url);
        let store = Store::connect(&database_options, clock.clone(), vault).await.unwrap();
        let auth = auth(&store, options());
        Some(Self { auth, store, clock, _database: database })
    }

    /// The service of another process: it shares the database and no memory.
    pub(crate) fn another_node(&self) -> Auth {
        self.with(options())
    }

    /// The service of a process that was configured otherwise.
    pub(crate) fn with(&self, options: AuthOptions) -> Auth {
        auth(&self.store, options)
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Founds an organization with this owner, whose password is [`PASSWORD`].
    pub(crate) async fn sign_up(&self, email: &str) -> SignedUp {
        self.auth.sign_up(founder(email), Client::default(), "test".into()).await.unwrap()
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Result<SignedIn, Problem> {
        self.log_in_to(email, password, None).await
    }

    pub(crate) async fn log_in_to(
        &self,
        email: &str,
        password: &str,
        organization_id: Option<OrganizationId>,
    ) -> Result<SignedIn, Problem> {
        let request = LogIn { email: email.into(), password: password.into(), organization_id };
        self.auth.log_in(request, Client::default(), "test".into()).await
    }

    /// As [`House::sign_up`], from this address.
    pub(crate) async fn sign_up_from(&self, ip: &str, email: &str) -> SignedUp {
        self.auth.sign_up(founder(email), at(ip), "test".into()).await.unwrap()
    }

    /// As [`House::log_in`], from this address.
    pub(crate) async fn log_in_from(&self, ip: &str, email: &str, password: &str) -> Result<SignedIn, Problem> {
        let request = LogIn { email: email.into(), password: password.into(), organization_id: None };
        self.auth.log_in(request, at(ip), "test".into()).await
    }

    pub(crate) async fn refresh(&self, token: &SecretString) -> Result<Tokens, Problem> {
        self.auth.refresh(token, Client::default(), "test".into()).await
    }

    pub(crate) async fn authenticate(&self, tokens: &Tokens) -> Result<Authenticated, Problem> {
        authenticate(&self.auth, tokens).await
    }

    /// How often this action stands in the organization's trail.
    pub(crate) async fn audited(&self, organization: OrganizationId, action: &str) -> usize {
        let scope = Scope { permissions: PermissionSet::all(), ..Scope::system(organization, "test") };
        let tx = self.store.read(&scope).await.unwrap();
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        audit_logs(&tx, filter, &PageRequest::first()).await.unwrap().data.len()
    }

    /// Ends every membership of the organization.
    pub(crate) async fn disable_members(&self, organization: OrganizationId) {
        let tx = self.store.write(&Scope::system(organization, "test")).await.unwrap();
        let all = membership::Column::Status.eq(membership::Status::Active);
        let disabled = |row: &mut membership::ActiveModel| row.status = Set(membership::Status::Disabled);
        assert_eq!(tx.update_where(all, disabled).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

/// A client there.
pub(crate) fn at(ip: &str) -> Client {
    Client { ip: Some(ip.to_owned()), user_agent: None }
}

pub(crate) async fn authenticate(auth: &Auth, tokens: &Tokens) -> Result<Authenticated, Problem> {
    auth.authenticate(tokens.access_token.expose_secret(), Client::default(), "test".into()).await
}

pub(crate) fn founder(email: &str) -> SignUp {
    SignUp {
        organization_name: "Blue Harbor Foods".into(),
        full_name: "Ann Example".into(),
        email: email.into(),
        password: PASSWORD.into(),
    }
}

fn master() -> MasterKey {
    MasterKey::new([7; 32])
}

/// The least that argon2 takes: these tests are not about its cost.
pub(crate) fn options() -> AuthOptions {
    AuthOptions {
        argon2_memory_kib: 8,
        refusal_time: Duration::ZERO,
        sign_up: SignUpMode::AtOnce,
        ..AuthOptions::default()
    }
}

fn auth(store: &Store, options: AuthOptions) -> Auth {
    Auth::new(store.clone(), Arc::new(Tenancy), &master(), options).unwrap()
}
