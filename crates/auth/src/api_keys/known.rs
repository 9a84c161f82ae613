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
use purser_kernel::{OrganizationId, PermissionSet, Timestamp, ids::ApiKeyId};
use std::{sync::Arc, time::Duration};
use subtle::{Choice, ConstantTimeEq};

const MAX_KNOWN: u64 = 100_000;
/// Longer than any look-up takes that began before a key was revoked.
const REVOKED_FOR: Duration = Duration::from_mins(1);

/// A key as a request is judged by it.
#[derive(Clone)]
pub(crate) struct KnownKey {
    hash: Vec<u8>,
    previous: Option<(Vec<u8>, Timestamp)>,
    expires_at: Option<Timestamp>,
    networks: Option<Arc<[IpNet]>>,
    /// What it may do: its scopes, as far as its creator still holds them.
    pub(crate) permissions: PermissionSet,
    /// How often this process had changed rights in the organization by then.
    pub(crate) changes: u64,
}

impl KnownKey {
    pub(crate) fn of(key: api_key::Model, changes: u64) -> Self {
        let permissions = scopes_of(&key);
        let networks = key.allowed_ips.map(|list| list.0.iter().filter_map(|text| network(text)).collect());
        let previous = key.previous_key_hash.zip(key.previous_expires_at);
        Self { hash: key.key_hash, previous, expires_at: key.expires_at, networks, permissions, changes }
    }

    /// Whether this secret, sent from this address, is good now.
    pub(crate) fn admits(&self, secret: &ApiKeySecret, address: Option<&str>, now: Timestamp) -> bool {
        let sent = secret.hash();
        let is = |hash: &[u8]| -> Choice { hash.ct_eq(&sent) };
        let before = match &self.previous {
            Some((hash, until)) if *until > now => is(hash),
            _ => Choice::from(0),
        };
        bool::from(is(&self.hash) | before)
            && self.expires_at.is_none_or(|end| end > now)
            && self.networks.as_ref().is_none_or(|networks| contain(networks, address))
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
