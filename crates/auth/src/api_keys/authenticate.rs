//! Which program a request is from.
use super::{ApiKeySecret, known::KnownKey};
use crate::{Auth, Authenticated, people};
use purser_entity_auth::api_key::{Column, Entity};
use purser_kernel::{Actor, Client, OrganizationId, PermissionSet, ids::ApiKeyId};
use purser_store::prelude::*;
use std::collections::HashMap;

impl Auth {
    /// Whether `bearer` is an API key, be it a good one or not.
    pub(crate) fn is_api_key(bearer: &str) -> bool {
        ApiKeySecret::is_meant_by(bearer)
    }

    /// Looks at an API key. `unauthenticated` whatever is wrong with it: the secret, its end, its creator, where it was sent from.
    pub(crate) async fn authenticate_api_key(
        &self,
        bearer: &str,
        client: Client,
        request_id: String,
    ) -> Result<Authenticated, Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        let secret = ApiKeySecret::parse(bearer).ok_or_else(refused)?;
        let name = (secret.organization, secret.key);
        let (keys, now) = (&self.api_keys, self.store.clock().now());
        if keys.revoked.contains_key(&name) {
            return Err(refused());
        }
        let scope = Scope {
            organization: secret.organization,
            actor: Actor::ApiKey(secret.key.as_uuid()),
            permissions: PermissionSet::empty(),
            request_id,
            client,
        };
        // Counted before it is looked up, as for a session.
        let changes = self.store.rights_changes(secret.organization);
        let address = scope.client.ip.as_deref();
        let remembered = keys.valid.get(&name).await.filter(|known| known.changes == changes);
        let permissions = if let Some(known) = remembered {
            known.admits(&secret, address, now).ok_or_else(refused)?
        } else {
            let known = self.look_up_api_key(&scope, &secret, changes).await?.ok_or_else(refused)?;
            let permissions = known.admits(&secret, address, now).ok_or_else(refused)?;
            keys.valid.insert(name, known).await;
            permissions
        };
        keys.used.note(name, now).await;
        Ok(Authenticated { scope: Scope { permissions, ..scope }, session_id: None, must_enrol: false })
    }

    /// The key, if this is a secret of it, and what those who answer for it may do here.
    async fn look_up_api_key(
        &self,
        scope: &Scope,
        secret: &ApiKeySecret,
        changes: u64,
    ) -> Result<Option<KnownKey>, Problem> {
        let tx = self.store.read(scope).await?;
        let live = Column::Id.eq(secret.key).and(Column::RevokedAt.is_null());
        // Beyond this a wrong secret costs nothing more than a key that never was.
        let Some(key) = tx.find::<Entity>().filter(live).one().await?.filter(|key| secret.is_of(key)) else {
            return Ok(None);
        };
        let mut held = HashMap::new();
        for person in [Some(key.created_by), Some(key.secret_by), key.previous_secret_by].into_iter().flatten() {
            if held.contains_key(&person) || people::active(&tx, person).await?.is_none() {
                continue;
            }
            let membership = self.tenants.membership(&tx, person).await?;
            held.extend(membership.map(|membership| (person, membership.permissions)));
        }
        Ok(Some(KnownKey::of(key, &held, changes)))
    }

    /// Makes this node look the key up anew, after it was rotated.
    pub async fn reload_api_key(&self, organization: OrganizationId, key: ApiKeyId) {
        self.api_keys.valid.invalidate(&(organization, key)).await;
    }

    /// Makes this node refuse the key from now on, after it was revoked.
    pub async fn forget_api_key(&self, organization: OrganizationId, key: ApiKeyId) {
        self.api_keys.revoked.insert((organization, key), ()).await;
        self.reload_api_key(organization, key).await;
    }
}
