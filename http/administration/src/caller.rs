//! The administrator whom a request is from.
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use purser_auth::{Auth, platform::PlatformCaller};
use purser_http::{
    problem::Refusal,
    unit::{self, Anyone, anyone, bearer, limits},
};
use purser_kernel::{Expected, OrganizationId, PermissionSet, PlatformScope, Problem};
use purser_store::{ReadTx, Store, WriteTx};

/// A signed-in administrator.
pub struct Admin {
    anyone: Anyone,
    caller: PlatformCaller,
    if_match: Option<Expected>,
}

impl Admin {
    /// The database.
    pub fn store(&self) -> &Store {
        self.anyone.store()
    }

    /// Who knows callers.
    pub fn auth(&self) -> &Auth {
        self.anyone.auth()
    }

    /// Who it is.
    pub fn caller(&self) -> &PlatformCaller {
        &self.caller
    }

    /// What they may do, and where they are.
    pub fn scope(&self) -> &PlatformScope {
        &self.caller.scope
    }

    /// Opens the transaction that shows how much an organization has, and nothing else of it.
    pub async fn look_into(&self, organization: OrganizationId) -> Result<ReadTx, Problem> {
        let scope = self.scope().in_organization(organization, PermissionSet::empty());
        self.store().read_in_any_state(&scope).await
    }

    /// Opens the transaction that changes an organization from outside, however it stands: whoever comes second is told.
    pub async fn begin_in(
        &self,
        organization: OrganizationId,
        needed: impl Into<PermissionSet>,
    ) -> Result<WriteTx, Problem> {
        let scope = self.scope().in_organization(organization, needed.into());
        self.store().write_in_any_state(&scope).await
    }

    /// The versions in `If-Match`. `precondition_required` when it is missing.
    pub fn if_match(&self) -> Result<Expected, Problem> {
        unit::required(self.if_match.as_ref())
    }
}

impl FromRequest for Admin {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = anyone(request).and_then(|anyone| Ok((anyone, bearer(request)?)));
        let request = request.clone();
        Box::pin(async move {
            let from = unit::client(&request);
            let stranger = |problem| match limits(&request).and_then(|limits| limits.stranger(&request, &from)) {
                Ok(()) => problem,
                Err(too_many) => too_many,
            };
            let (anyone, token) = parts.map_err(stranger)?;
            let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
            let caller = anyone.auth().authenticate_admin(&token, client, request_id).await;
            let caller = caller.map_err(stranger)?;
            limits(&request)?.admin(&request, caller.session.as_uuid())?;
            Ok(Self { anyone, caller, if_match: unit::if_match(&request) })
        })
    }
}
