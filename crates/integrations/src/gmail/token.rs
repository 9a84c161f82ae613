//! Who pushes.
//!
//! Google, "Authenticate push subscriptions": an OpenID Connect token in `Authorization`, signed with Google's keys, for the audience and by the
//! service account that the subscription has.
use super::{GmailConfig, Keys};
use crate::webhooks::Knock;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use purser_kernel::{Problem, Timestamp};
use serde::Deserialize;

const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 60;

#[derive(Deserialize)]
struct Claims {
    email: String,
    email_verified: bool,
    exp: i64,
    iat: i64,
}

/// Whether `knock` is pushed by the subscription's service account, for its audience, now. `provider_unavailable` while Google's keys cannot
/// be fetched: then it is pushed again.
pub(crate) async fn is_valid(
    config: &GmailConfig,
    keys: &Keys,
    knock: Knock<'_>,
    now: Timestamp,
) -> Result<bool, Problem> {
    let token = knock.header("authorization").and_then(|header| header.split_once(' '));
    let Some((_, token)) = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Ok(false);
    };
    let token = token.trim();
    let Some(kid) = decode_header(token).ok().filter(|header| header.alg == Algorithm::RS256).and_then(|it| it.kid)
    else {
        return Ok(false);
    };
    let Some(key) = keys.get(&kid, now).await? else {
        return Ok(false);
    };
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&ISSUERS);
    validation.set_audience(&[&config.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    // Our own clock tells the time.
    validation.validate_exp = false;
    let Ok(token) = decode::<Claims>(token, &key, &validation) else {
        return Ok(false);
    };
    let Claims { email, email_verified, exp, iat } = token.claims;
    let now = now.timestamp();
    let is_timely = now < exp.saturating_add(LEEWAY) && iat <= now.saturating_add(LEEWAY);
    Ok(is_timely && email_verified && email.eq_ignore_ascii_case(&config.service_account))
}
