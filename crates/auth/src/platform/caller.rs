//! Which administrator a request is from.
use super::sessions;
use crate::{Auth, people};
use purser_kernel::{Client, PlatformScope, UserId, ids::PlatformSessionId};
use purser_store::prelude::*;

/// Whom a request is from.
#[derive(Clone, Debug)]
pub struct PlatformCaller {
    /// The administrator.
    pub admin: UserId,
    /// What they may do, and where they are.
    pub scope: PlatformScope,
    /// The session whose token was sent.
    pub session: PlatformSessionId,
}

impl Auth {
    /// Looks at the token of `Authorization: Bearer`, at a platform administrator's door.
    ///
    /// `unauthenticated` for whatever is no valid token of an administrator's, a tenant's above all; when its session has ended; and
    /// when they are no administrator any more. Nothing is remembered from one request to the next.
    pub async fn authenticate_admin(
        &self,
        bearer: &str,
        client: Client,
        request_id: String,
    ) -> Result<PlatformCaller, Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        let keys = self.keys_for(bearer).await?;
        let now = self.store.clock().now();
        let (admin, session) = self.platform_tokens.verify(&keys.verifiers, bearer, now)?;
        let tx = self.store.person_read(admin).await?;
        sessions::open(tx.system(), admin, session).await?.ok_or_else(refused)?;
        let person = people::active_in(tx.system(), admin).await?;
        person.filter(|person| person.is_platform_admin).ok_or_else(refused)?;
        Ok(PlatformCaller { admin, scope: PlatformScope { admin: Some(admin), request_id, client }, session })
    }
}
