//! Who a request is from.
use crate::{
    Auth, AuthProblem, mfa,
    service::{Rights, bare_scope},
    tokens::{AccessTokens, Holder, Signed},
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
        let Rights { permissions, must_enrol, .. } = match self.rights.get(&holder).await {
            Some(rights) if rights.changes == changes => rights,
            _ => self.look_up(&scope, holder, changes).await?,
        };
        Ok(Authenticated { scope: Scope { permissions, ..scope }, session_id: Some(holder.session), must_enrol })
    }

    async fn signed(&self, bearer: &str) -> Result<Signed, Problem> {
        let key: [u8; 32] = Sha256::digest(bearer).into();
        if let Some(signed) = self.signed.get(&key).await {
            return Ok(signed);
        }
        let kid = AccessTokens::kid(bearer)?;
        let mut keys = self.keys.current(&self.store).await?;
        if !keys.verifiers.know(&kid) {
            keys = self.keys.latest(&self.store).await?;
        }
        let signed = self.access_tokens.read(&keys.verifiers, bearer, self.store.clock().now())?;
        self.signed.insert(key, signed).await;
        Ok(signed)
    }

    async fn look_up(&self, scope: &Scope, holder: Holder, changes: u64) -> Result<Rights, Problem> {
        let tx = self.store.read(scope).await?;
        let standing = self.standing(&tx, holder).await?;
        let standing = standing.ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        let permissions = standing.membership.permissions;
        let has_shown = standing.session.second_factor_vouched || mfa::is_enrolled(&tx, holder.user).await?;
        let must_enrol = !has_shown && self.tenants.requires_mfa(&tx).await?;
        let permissions = if must_enrol { PermissionSet::empty() } else { permissions };
        let rights = Rights { permissions, must_enrol, changes };
        self.rights.insert(holder, rights).await;
        Ok(rights)
    }
}
