//! The service and what it is made of.
use crate::{
    AuthOptions,
    api_keys::KnownKeys,
    password::Hasher,
    signing::KeyRing,
    strangers::StrangerIds,
    throttle::Networks,
    tokens::{AccessTokens, Holder, OneTimeTokens, PlatformTokens, Signed, Successors},
};
use moka::future::Cache;
use purser_kernel::{Client, OrganizationId, PermissionSet, Problem, Scope, UserId, ids::SessionId};
use purser_store::{MasterKey, Store, ports::Tenants};
use std::{sync::Arc, time::Duration};

/// How long a change of rights made by another process may stay unnoticed.
const RIGHTS_LIFETIME: Duration = Duration::from_secs(1);
const MAX_CACHED_SESSIONS: u64 = 100_000;

/// What somebody may do, as it was looked up.
#[derive(Clone, Copy)]
pub(crate) struct Rights {
    pub(crate) permissions: PermissionSet,
    /// Whether they need a second factor and have none.
    pub(crate) must_enrol: bool,
    /// The administrator who acts for them.
    pub(crate) acting: Option<UserId>,
    /// How often this process had changed rights in the organization by then.
    pub(crate) changes: u64,
}

/// Signs people up and in, renews and ends their sessions, and tells who a request is from. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    pub(crate) store: Store,
    pub(crate) tenants: Arc<dyn Tenants>,
    pub(crate) options: Arc<AuthOptions>,
    pub(crate) hasher: Hasher,
    pub(crate) access_tokens: Arc<AccessTokens>,
    pub(crate) platform_tokens: Arc<PlatformTokens>,
    /// What signs them.
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) successors: Arc<Successors>,
    pub(crate) one_time_tokens: Arc<OneTimeTokens>,
    pub(crate) strangers: Arc<StrangerIds>,
    /// Wrong passwords by network, where the account was never used from there. `None` where networks are not paused.
    pub(crate) network_attempts: Option<Networks>,
    /// What tokens say whose signature was checked before, by their SHA-256: checking one costs more than the rest of a small
    /// request. Only what was found good is kept, and the time is looked at each time.
    pub(crate) signed: Cache<[u8; 32], Signed>,
    /// What the holders of tokens may do, as it was looked up within the last second.
    pub(crate) rights: Cache<Holder, Rights>,
    /// Sessions that ended at this node, for as long as their access tokens live. Looked at first, so that a look-up which
    /// began before the end cannot bring a session back.
    pub(crate) ended: Cache<SessionId, ()>,
    /// API keys, likewise.
    pub(crate) api_keys: KnownKeys,
}

impl Auth {
    /// The service. `master` is the key of the vault: what makes refresh and one-time tokens is derived from it, so that every
    /// process of an installation makes the same. `internal` for argon2 parameters that cannot be.
    pub fn new(
        store: Store,
        tenants: Arc<dyn Tenants>,
        master: &MasterKey,
        options: AuthOptions,
    ) -> Result<Self, Problem> {
        let lifetime = options.access_token_lifetime.to_std().map_err(Problem::internal)?;
        Ok(Self {
            hasher: Hasher::new(&options)?,
            access_tokens: Arc::new(AccessTokens::new(&options)),
            platform_tokens: Arc::new(PlatformTokens::new(&options)),
            keys: Arc::default(),
            successors: Arc::new(Successors::new(master)?),
            one_time_tokens: Arc::new(OneTimeTokens::new(master)?),
            strangers: Arc::new(StrangerIds::new(master)?),
            network_attempts: Some(options.network_free_failures)
                .filter(|free| *free > 0)
                .map(|free| Networks::beyond(free.into())),
            signed: Cache::builder().max_capacity(MAX_CACHED_SESSIONS).time_to_live(lifetime * 2).build(),
            rights: Cache::builder().max_capacity(MAX_CACHED_SESSIONS).time_to_live(RIGHTS_LIFETIME).build(),
            ended: Cache::builder().max_capacity(MAX_CACHED_SESSIONS).time_to_live(lifetime * 2).build(),
            api_keys: KnownKeys::new(RIGHTS_LIFETIME),
            store,
            tenants,
            options: Arc::new(options),
        })
    }
}

/// The scope of a person about whom nothing is known yet but who they are: it opens their rows and allows nothing.
pub(crate) fn bare_scope(organization: OrganizationId, user: UserId, client: Client, request_id: String) -> Scope {
    Scope { client, request_id, ..Scope::user(organization, user, PermissionSet::empty()) }
}
