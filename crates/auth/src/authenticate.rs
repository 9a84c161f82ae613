//! Who a request is from.
use crate::{
    Auth, AuthProblem, mfa,
    service::{Rights, bare_scope},
    signing::Keys,
    tokens::{AccessTokens, Holder, Signed},
};
use purser_kernel::{Actor, Client, PermissionSet, ids::SessionId};
use purser_store::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Whom a request is from.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The organization, the person and what they may do.
    pub scope: Scope,
    /// The session whose token was sent; none for an API key.
    pub session_id: Option<SessionId>,
    /// Whether the organization asks for a second factor that the person has not set up: then they may do nothing else.
    pub must_enrol: bool,
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
        // Counted before they are looked up: what changes meanwhile makes what was found worthless.
        let changes = self.store.rights_changes(holder.organization);
        let Rights { permissions, must_enrol, acting, .. } = match self.rights.get(&holder).await {
            Some(rights) if rights.changes == changes => rights,
            _ => self.look_up(&scope, holder, changes).await?,
        };
        let user = holder.user;
        let actor = acting.map_or(Actor::User(user), |admin| Actor::Acting { admin, user });
        Ok(Authenticated { scope: Scope { permissions, actor, ..scope }, session_id: Some(holder.session), must_enrol })
    }

    async fn signed(&self, bearer: &str) -> Result<Signed, Problem> {
        let key: [u8; 32] = Sha256::digest(bearer).into();
        if let Some(signed) = self.signed.get(&key).await {
            return Ok(signed);
        }
        let keys = self.keys_for(bearer).await?;
        let signed = self.access_tokens.read(&keys.verifiers, bearer, self.store.clock().now())?;
        self.signed.insert(key, signed).await;
        Ok(signed)
    }

    /// The keys, looked up anew when the one that the token names is not among them.
    pub(crate) async fn keys_for(&self, bearer: &str) -> Result<Arc<Keys>, Problem> {
        let kid = AccessTokens::kid(bearer)?;
        let keys = self.keys.current(&self.store).await?;
        if keys.verifiers.know(&kid) { Ok(keys) } else { self.keys.latest(&self.store).await }
    }

    async fn look_up(&self, scope: &Scope, holder: Holder, changes: u64) -> Result<Rights, Problem> {
        let tx = self.store.read(scope).await?;
        let standing = self.standing(&tx, holder).await?;
        let standing = standing.ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        let (permissions, acting) = (standing.membership.permissions, standing.session.acting_admin_id);
        if acting.is_some() {
            // Whoever acts for somebody has shown their own second factor, and decides nothing.
            let permissions = permissions - Permission::decisions();
            let rights = Rights { permissions, must_enrol: false, acting, changes };
            self.rights.insert(holder, rights).await;
            return Ok(rights);
        }
        let has_shown = standing.session.second_factor_vouched || mfa::is_enrolled(tx.system(), holder.user).await?;
        let must_enrol = !has_shown && self.tenants.requires_mfa(&tx).await?;
        let permissions = if must_enrol { PermissionSet::empty() } else { permissions };
        let rights = Rights { permissions, must_enrol, acting, changes };
        self.rights.insert(holder, rights).await;
        Ok(rights)
    }
}
