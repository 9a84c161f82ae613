//! Callers of requests that take long to answer.
use super::{cookies, problem::Refusal, unit::Read};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use purser_auth::AuthProblem;
use purser_kernel::{ExposeSecret, Problem, Scope, SecretString};

/// The signed-in caller of a request whose answer lasts: what they may do is asked again while it goes on.
pub struct Lasting {
    read: Read,
    token: SecretString,
}

impl Lasting {
    /// The caller as they are at this moment, or were at most a second ago. `unauthenticated` when the token has run out, or when its
    /// session, person, membership or key has ended.
    pub async fn now(&self) -> Result<Scope, Problem> {
        let Scope { client, request_id, .. } = self.read.scope().clone();
        let caller = self.read.auth().authenticate(self.token.expose_secret(), client, request_id).await?;
        if caller.must_enrol {
            return Err(Problem::of(AuthProblem::MfaEnrolmentRequired));
        }
        Ok(caller.scope)
    }
}

impl std::ops::Deref for Lasting {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.read
    }
}

impl FromRequest for Lasting {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (token, read) = (cookies::token(request), Read::from_request(request, payload));
        Box::pin(async move { Ok(Self { read: read.await?, token: SecretString::from(token?) }) })
    }
}
