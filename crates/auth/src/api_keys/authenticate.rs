//! Which program a request is from.
use super::{ApiKeySecret, known::KnownKey};
use crate::{Auth, Authenticated, people};
use purser_entity_auth::api_key::{Column, Entity};
use purser_kernel::{Actor, Client, OrganizationId, PermissionSet, ids::ApiKeyId};
use purser_store::prelude::*;

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
        let known = match keys.valid.get(&name).await.filter(|known| known.changes == changes) {
            Some(known) if known.admits(&secret, scope.client.ip.as_deref(), now) => known,
            Some(_) => return Err(refused()),
            None => {
                let known = self.look_up_api_key(&scope, &secret, changes).await?.ok_or_else(refused)?;
                keys.valid.insert(name, known.clone()).await;
                known
            }
        };
        keys.used.note(name, now).await;
        Ok(Authenticated {
            scope: Scope { permissions: known.permissions, ..scope },
            session_id: None,
            must_enrol: false,
        })
    }

    /// The key, if the secret is good for it and its creator may still do anything here.
    async fn look_up_api_key(
        &self,
        scope: &Scope,
        secret: &ApiKeySecret,
        changes: u64,
    ) -> Result<Option<KnownKey>, Problem> {
        let tx = self.store.read(scope).await?;
        let live = Column::Id.eq(secret.key).and(Column::RevokedAt.is_null());
        let Some(key) = tx.find::<Entity>().filter(live).one().await? else {
            return Ok(None);
        };
        let creator = key.created_by;
        let mut known = KnownKey::of(key, changes);
        if !known.admits(secret, scope.client.ip.as_deref(), tx.now()) || people::active(&tx, creator).await?.is_none()
        {
            return Ok(None);
        }
        let membership = self.tenants.membership(&tx, creator).await?;
        Ok(membership.map(|membership| {
            known.permissions &= membership.permissions;
            known
        }))
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
