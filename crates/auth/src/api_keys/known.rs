//! What this node remembers of keys.
use super::{
    ApiKeySecret,
    last_used::LastUsed,
    networks::{contain, network},
    scopes_of,
};
use ipnet::IpNet;
use moka::future::Cache;
use purser_entity_auth::api_key;
use purser_kernel::{OrganizationId, PermissionSet, Timestamp, UserId, ids::ApiKeyId};
use std::{collections::HashMap, sync::Arc, time::Duration};
use subtle::{Choice, ConstantTimeEq};

const MAX_KNOWN: u64 = 100_000;
/// Longer than any look-up takes that began before a key was revoked.
const REVOKED_FOR: Duration = Duration::from_mins(1);

/// A secret of a key, and what it can do.
#[derive(Clone)]
struct KnownSecret {
    hash: Vec<u8>,
    /// Works until then.
    until: Option<Timestamp>,
    /// What its maker and the key's creator both hold, as far as the scopes go. `None` when one of them is gone.
    permissions: Option<PermissionSet>,
}

impl ApiKeySecret {
    /// Whether the key has this secret, or had it before the last rotation.
    pub(super) fn is_of(&self, key: &api_key::Model) -> bool {
        let sent = self.hash();
        let is = |hash: &[u8]| hash.ct_eq(&sent);
        let before = key.previous_key_hash.as_deref().map_or(Choice::from(0), is);
        bool::from(is(&key.key_hash) | before)
    }
}

/// A key as a request is judged by it.
#[derive(Clone)]
pub(crate) struct KnownKey {
    secrets: Vec<KnownSecret>,
    expires_at: Option<Timestamp>,
    networks: Option<Arc<[IpNet]>>,
    /// How often this process had changed rights in the organization by then.
    pub(crate) changes: u64,
}

impl KnownKey {
    /// The key, where `held` is what its creator and the makers of its secrets may do at this moment.
    pub(crate) fn of(key: api_key::Model, held: &HashMap<UserId, PermissionSet>, changes: u64) -> Self {
        let scopes = scopes_of(&key);
        let networks = key.allowed_ips.map(|list| list.0.iter().filter_map(|text| network(text)).collect());
        let both = |maker: &UserId| Some(scopes & *held.get(&key.created_by)? & *held.get(maker)?);
        let current = KnownSecret { hash: key.key_hash, until: None, permissions: both(&key.secret_by) };
        let previous = key.previous_key_hash.zip(key.previous_expires_at).map(|(hash, until)| {
            let permissions = key.previous_secret_by.as_ref().and_then(both);
            KnownSecret { hash, until: Some(until), permissions }
        });
        let secrets = [current].into_iter().chain(previous).collect();
        Self { secrets, expires_at: key.expires_at, networks, changes }
    }

    /// What this secret, sent from this address, is good for now. `None` when that is nothing.
    pub(crate) fn admits(&self, secret: &ApiKeySecret, address: Option<&str>, now: Timestamp) -> Option<PermissionSet> {
        let sent = secret.hash();
        let is_open = |end: Option<Timestamp>| end.is_none_or(|end| end > now);
        let matches = |known: &&KnownSecret| bool::from(known.hash.ct_eq(&sent)) && is_open(known.until);
        let permissions = self.secrets.iter().find(matches)?.permissions?;
        let from_here = self.networks.as_ref().is_none_or(|networks| contain(networks, address));
        (is_open(self.expires_at) && from_here).then_some(permissions)
    }
}

/// Keys that were looked up within the last second, those that were revoked here, and those that were used.
#[derive(Clone)]
pub(crate) struct KnownKeys {
    pub(crate) valid: Cache<(OrganizationId, ApiKeyId), KnownKey>,
    /// Looked at first, so that a look-up which began before the end cannot bring a key back.
    pub(crate) revoked: Cache<(OrganizationId, ApiKeyId), ()>,
    pub(crate) used: LastUsed,
}

impl KnownKeys {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            valid: Cache::builder().max_capacity(MAX_KNOWN).time_to_live(lifetime).build(),
            revoked: Cache::builder().max_capacity(MAX_KNOWN).time_to_live(REVOKED_FOR).build(),
            used: LastUsed::new(),
        }
    }
}
