//! Access tokens: JWTs as RFC 9068 profiles them, signed with Ed25519 (RFC 8037).
use super::Holder;
use crate::AuthOptions;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use purser_kernel::{CommonProblem, OrganizationId, Problem, SecretString, Timestamp, UserId, ids::SessionId, random};
use purser_store::MasterKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// RFC 9068, section 2.1: keeps other kinds of tokens that the same key may sign one day from being taken for access tokens.
const TYPE: &str = "at+jwt";
/// How far the clocks of two nodes may differ, in seconds.
const LEEWAY: i64 = 5;
/// Longer than any that is issued.
const MAX_LENGTH: usize = 2048;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    org: OrganizationId,
    sid: SessionId,
    jti: String,
    iat: i64,
    exp: i64,
}

/// What a token says that our key has signed, whatever the time is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed {
    holder: Holder,
    iat: i64,
    exp: i64,
}

impl Signed {
    /// Whom the token speaks for. `unauthenticated` when it is not valid now.
    pub(crate) fn at(self, now: Timestamp) -> Result<Holder, Problem> {
        let now = now.timestamp();
        let timely = now < self.exp.saturating_add(LEEWAY) && self.iat <= now.saturating_add(LEEWAY);
        if timely { Ok(self.holder) } else { Err(Problem::of(CommonProblem::Unauthenticated)) }
    }
}

/// Issues access tokens and knows its own.
pub(crate) struct AccessTokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    kid: String,
    validation: Validation,
    issuer: String,
    audience: String,
    lifetime: TimeDelta,
}

impl AccessTokens {
    pub(crate) fn new(master: &MasterKey, options: &AuthOptions) -> Result<Self, Problem> {
        let key = SigningKey::from_bytes(&*master.derive("auth/sign-access-tokens")?);
        let document = key.to_pkcs8_der().map_err(|error| Problem::internal(error.to_string()))?;
        let public = key.verifying_key().to_bytes();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&options.issuer]);
        validation.set_audience(&[&options.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Our own clock tells the time, see below.
        validation.validate_exp = false;
        Ok(Self {
            signing: EncodingKey::from_ed_der(document.as_bytes()),
            verifying: DecodingKey::from_ed_der(&public),
            kid: key_id(&public),
            validation,
            issuer: options.issuer.clone(),
            audience: options.audience.clone(),
            lifetime: options.access_token_lifetime,
        })
    }

    /// A token for `holder`, and when it ends.
    pub(crate) fn issue(&self, holder: Holder, now: Timestamp) -> Result<(SecretString, Timestamp), Problem> {
        let expires_at = now + self.lifetime;
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: holder.user,
            org: holder.organization,
            sid: holder.session,
            jti: URL_SAFE_NO_PAD.encode(random::bytes::<16>()?),
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        let token = encode(&header, &claims, &self.signing).map_err(Problem::internal)?;
        Ok((token.into(), expires_at))
    }

    /// What `token` says. `unauthenticated` when it is not ours.
    pub(crate) fn read(&self, token: &str) -> Result<Signed, Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        if token.len() > MAX_LENGTH {
            return Err(refused());
        }
        let token = decode::<Claims>(token, &self.verifying, &self.validation).map_err(|_| refused())?;
        let ours = token.header.typ.as_deref() == Some(TYPE) && token.header.kid.as_deref() == Some(&self.kid);
        let Claims { sub, org, sid, iat, exp, .. } = token.claims;
        let holder = Holder { organization: org, user: sub, session: sid };
        if ours { Ok(Signed { holder, iat, exp }) } else { Err(refused()) }
    }
}

/// Names the key by itself, so that a token of another key is told apart before there is a list of keys.
fn key_id(public: &[u8]) -> String {
    let digest = Sha256::digest(public);
    URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::{ExposeSecret, Id};
    use serde_json::{Value, json};

    impl AccessTokens {
        fn verify(&self, token: &str, now: Timestamp) -> Result<Holder, Problem> {
            self.read(token)?.at(now)
        }
    }

    fn tokens(key: u8) -> AccessTokens {
        AccessTokens::new(&MasterKey::new([key; 32]), &AuthOptions::default()).unwrap()
    }

    fn holder() -> Holder {
        Holder { organization: Id::generate(), user: Id::generate(), session: Id::generate() }
    }

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_795_000_000, 0).unwrap()
    }

    fn header(tokens: &AccessTokens) -> Header {
        Header { typ: Some(TYPE.into()), kid: Some(tokens.kid.clone()), ..Header::new(Algorithm::EdDSA) }
    }

    fn claims() -> Value {
        let holder = holder();
        json!({
            "iss": "purser", "aud": "purser-api", "sub": holder.user, "org": holder.organization, "sid": holder.session,
            "jti": "x", "iat": now().timestamp(), "exp": now().timestamp() + 600,
        })
    }

    /// A token that our own key has signed.
    fn signed(tokens: &AccessTokens, header: &Header, claims: &Value) -> String {
        encode(header, claims, &tokens.signing).unwrap()
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    #[test]
    fn speaks_for_its_holder_while_it_is_valid() {
        let (tokens, holder) = (tokens(1), holder());
        let (token, expires_at) = tokens.issue(holder, now()).unwrap();
        let token = token.expose_secret();
        assert_eq!(expires_at, now() + TimeDelta::minutes(10));
        assert_eq!(tokens.verify(token, now()).unwrap(), holder);
        assert_eq!(tokens.verify(token, expires_at + TimeDelta::seconds(4)).unwrap(), holder);
        assert!(tokens.verify(token, expires_at + TimeDelta::seconds(5)).is_err());
        assert!(tokens.verify(token, now() - TimeDelta::seconds(6)).is_err());
    }

    #[test]
    fn every_process_has_the_same_key_and_no_other_installation() {
        let (token, _) = tokens(1).issue(holder(), now()).unwrap();
        assert!(tokens(1).verify(token.expose_secret(), now()).is_ok());
        assert!(tokens(2).verify(token.expose_secret(), now()).is_err());
    }

    #[test]
    fn no_character_can_be_changed() {
        let tokens = tokens(1);
        let (token, _) = tokens.issue(holder(), now()).unwrap();
        let token = token.expose_secret();
        for position in 0..token.len() {
            let mut changed: Vec<char> = token.chars().collect();
            changed[position] = if changed[position] == 'A' { 'B' } else { 'A' };
            let changed: String = changed.into_iter().collect();
            assert!(tokens.verify(&changed, now()).is_err(), "{position}");
            assert!(tokens.verify(&token[..position], now()).is_err(), "{position}");
        }
    }

    #[test]
    fn the_header_must_be_ours() {
        let tokens = tokens(1);
        assert!(tokens.verify(&signed(&tokens, &header(&tokens), &claims()), now()).is_ok());
        for typ in [None, Some("JWT"), Some("at+JWT"), Some("dpop+jwt")] {
            let header = Header { typ: typ.map(Into::into), ..header(&tokens) };
            assert!(tokens.verify(&signed(&tokens, &header, &claims()), now()).is_err(), "{typ:?}");
        }
        for kid in [None, Some("another")] {
            let header = Header { kid: kid.map(Into::into), ..header(&tokens) };
            assert!(tokens.verify(&signed(&tokens, &header, &claims()), now()).is_err(), "{kid:?}");
        }
    }

    #[test]
    fn the_algorithm_is_not_the_token_s_to_choose() {
        let tokens = tokens(1);
        for alg in ["none", "None", "HS256", "RS256"] {
            let header = part(&json!({ "alg": alg, "typ": TYPE, "kid": tokens.kid }));
            let unsigned = format!("{header}.{}.", part(&claims()));
            assert!(tokens.verify(&unsigned, now()).is_err(), "{alg}");
        }
        // The public key taken for the secret of an HMAC.
        let public = SigningKey::from_bytes(&MasterKey::new([1; 32]).derive("auth/sign-access-tokens").unwrap());
        let secret = EncodingKey::from_secret(public.verifying_key().as_bytes());
        let header = Header { alg: Algorithm::HS256, ..header(&tokens) };
        assert!(tokens.verify(&encode(&header, &claims(), &secret).unwrap(), now()).is_err());
    }

    #[test]
    fn every_claim_must_be_there_and_right() {
        let tokens = tokens(1);
        for claim in ["iss", "aud", "sub", "org", "sid", "jti", "iat", "exp"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(claim);
            assert!(tokens.verify(&signed(&tokens, &header(&tokens), &claims), now()).is_err(), "without {claim}");
        }
        for (claim, value) in [
            ("iss", json!("another")),
            ("aud", json!("another")),
            ("aud", json!(["another"])),
            ("sub", json!("nobody")),
            ("exp", json!("soon")),
            ("exp", json!(now().timestamp() - 5)),
            ("iat", json!(now().timestamp() + 6)),
        ] {
            let mut claims = claims();
            claims[claim] = value;
            assert!(tokens.verify(&signed(&tokens, &header(&tokens), &claims), now()).is_err(), "{claim}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        let tokens = tokens(1);
        for garbage in ["", ".", "..", "a.b.c", "Bearer x", &"a".repeat(100_000), &"..".repeat(500)] {
            assert!(tokens.verify(garbage, now()).is_err());
        }
    }
}
