//! Who a request is from.
use crate::{
    Auth, AuthProblem, people,
    service::bare_scope,
    sessions,
    tokens::{Holder, Signed},
};
use purser_kernel::{Client, PermissionSet, ids::SessionId};
use purser_store::prelude::*;
use sha2::{Digest, Sha256};

/// Whom a request is from.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The organization, the person and what they may do.
    pub scope: Scope,
    /// The session whose token was sent; none for an API key.
    pub session_id: Option<SessionId>,
}

impl Authenticated {
    /// The session whose token was sent. `person_required` for an API key, which has none.
    pub fn session(&self) -> Result<SessionId, Problem> {
        self.session_id.ok_or_else(|| Problem::of(AuthProblem::PersonRequired))
    }
}

impl Auth {
    /// Looks at the token of `Authorization: Bearer`: an access token or an API key.
    ///
    /// `unauthenticated` when it is not valid, or when its session, person or membership has ended.
    pub async fn authenticate(
        &self,
        bearer: &str,
        client: Client,
        request_id: String,
    ) -> Result<Authenticated, Problem> {
        if Self::is_api_key(bearer) {
            return self.authenticate_api_key(bearer, client, request_id).await;
        }
        let holder = self.signed(bearer).await?.at(self.store.clock().now())?;
        if self.ended.contains_key(&holder.session) {
            return Err(Problem::of(CommonProblem::Unauthenticated));
        }
        let scope = bare_scope(holder.organization, holder.user, client, request_id);
        let permissions = match self.rights.get(&holder).await {
            Some(permissions) => permissions,
            None => self.look_up(&scope, holder).await?,
        };
        Ok(Authenticated { scope: Scope { permissions, ..scope }, session_id: Some(holder.session) })
    }

    async fn signed(&self, bearer: &str) -> Result<Signed, Problem> {
        let key: [u8; 32] = Sha256::digest(bearer).into();
        if let Some(signed) = self.signed.get(&key).await {
            return Ok(signed);
        }
        let signed = self.access_tokens.read(bearer)?;
        self.signed.insert(key, signed).await;
        Ok(signed)
    }

    async fn look_up(&self, scope: &Scope, holder: Holder) -> Result<PermissionSet, Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        let tx = self.store.read(scope).await?;
        sessions::open(&tx, holder).await?.ok_or_else(refused)?;
        people::active(&tx, holder.user).await?.ok_or_else(refused)?;
        let membership = self.tenants.membership(&tx, holder.user).await?.ok_or_else(refused)?;
        self.rights.insert(holder, membership.permissions).await;
        Ok(membership.permissions)
    }
}
