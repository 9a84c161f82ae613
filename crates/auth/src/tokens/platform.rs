//! Access tokens of platform administrators. They have an audience of their own, so that neither kind opens the other's doors.
use super::{
    AccessTokens, Signer, Verifiers,
    access::{is_timely, jti, validation},
};
use crate::AuthOptions;
use jsonwebtoken::{Validation, decode};
use purser_kernel::{CommonProblem, Problem, SecretString, Timestamp, UserId, ids::PlatformSessionId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: PlatformSessionId,
    jti: String,
    iat: i64,
    exp: i64,
}

/// Issues them and knows its own.
pub(crate) struct PlatformTokens {
    validation: Validation,
    issuer: String,
    audience: String,
}

impl PlatformTokens {
    pub(crate) fn new(options: &AuthOptions) -> Self {
        Self {
            validation: validation(&options.issuer, &options.platform_audience),
            issuer: options.issuer.clone(),
            audience: options.platform_audience.clone(),
        }
    }

    /// A token for the administrator's session, as long as that lasts.
    pub(crate) fn issue(
        &self,
        signer: &Signer,
        admin: UserId,
        session: PlatformSessionId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<SecretString, Problem> {
        signer.sign(&Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: admin,
            sid: session,
            jti: jti()?,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        })
    }

    /// Whose session it is. `unauthenticated` for what is no valid token of an administrator's.
    pub(crate) fn verify(
        &self,
        verifiers: &Verifiers,
        token: &str,
        now: Timestamp,
    ) -> Result<(UserId, PlatformSessionId), Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        let key = verifiers.get(&AccessTokens::kid(token)?, now).ok_or_else(refused)?;
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|_| refused())?.claims;
        let Claims { sub, sid, iat, exp, .. } = claims;
        if is_timely(iat, exp, now) { Ok((sub, sid)) } else { Err(refused()) }
    }
}
