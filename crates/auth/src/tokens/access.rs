//! Access tokens: JWTs as RFC 9068 profiles them, signed with Ed25519 (RFC 8037).
use super::{Holder, Signer, Verifiers};
use crate::AuthOptions;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use purser_kernel::{CommonProblem, OrganizationId, Problem, SecretString, Timestamp, UserId, ids::SessionId, random};
use serde::{Deserialize, Serialize};

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
    /// Who acts for `sub` (RFC 8693, section 4.1). Whether they still may, the session's row says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Acting>,
}

#[derive(Serialize, Deserialize)]
struct Acting {
    sub: UserId,
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
        if is_timely(self.iat, self.exp, now) {
            Ok(self.holder)
        } else {
            Err(Problem::of(CommonProblem::Unauthenticated))
        }
    }
}

/// Whether what was issued at `iat` and ends at `exp` is valid now.
pub(super) fn is_timely(iat: i64, exp: i64, now: Timestamp) -> bool {
    let now = now.timestamp();
    now < exp.saturating_add(LEEWAY) && iat <= now.saturating_add(LEEWAY)
}

/// What is asked of a token beside a good signature and the right time, which our own clock tells.
pub(super) fn validation(issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation
}

/// A token's own name.
pub(super) fn jti() -> Result<String, Problem> {
    Ok(URL_SAFE_NO_PAD.encode(random::bytes::<16>()?))
}

impl Signer {
    /// The claims as an access token of this key's.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<SecretString, Problem> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        encode(&header, claims, &self.key).map(SecretString::from).map_err(Problem::internal)
    }
}

/// Issues access tokens and knows its own.
pub(crate) struct AccessTokens {
    validation: Validation,
    issuer: String,
    audience: String,
    lifetime: TimeDelta,
}

impl AccessTokens {
    pub(crate) fn new(options: &AuthOptions) -> Self {
        Self {
            validation: validation(&options.issuer, &options.audience),
            issuer: options.issuer.clone(),
            audience: options.audience.clone(),
            lifetime: options.access_token_lifetime,
        }
    }

    /// A token for `holder`, and when it ends.
    pub(crate) fn issue(
        &self,
        signer: &Signer,
        holder: Holder,
        now: Timestamp,
    ) -> Result<(SecretString, Timestamp), Problem> {
        let expires_at = now + self.lifetime;
        Ok((self.sign(signer, holder, now, expires_at, None)?, expires_at))
    }

    /// A token for `holder` with which `admin` acts for them until `expires_at`.
    pub(crate) fn issue_to(
        &self,
        admin: UserId,
        signer: &Signer,
        holder: Holder,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<SecretString, Problem> {
        self.sign(signer, holder, now, expires_at, Some(Acting { sub: admin }))
    }

    fn sign(
        &self,
        signer: &Signer,
        holder: Holder,
        now: Timestamp,
        expires_at: Timestamp,
        act: Option<Acting>,
    ) -> Result<SecretString, Problem> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: holder.user,
            org: holder.organization,
            sid: holder.session,
            jti: jti()?,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
            act,
        };
        signer.sign(&claims)
    }

    /// The name of the key that has signed `token`, by its own word. `unauthenticated` for what is no token of ours.
    pub(crate) fn kid(token: &str) -> Result<String, Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        if token.len() > MAX_LENGTH {
            return Err(refused());
        }
        let header = decode_header(token).map_err(|_| refused())?;
        let ours = header.typ.as_deref() == Some(TYPE) && header.alg == Algorithm::EdDSA;
        header.kid.filter(|_| ours).ok_or_else(refused)
    }

    /// What `token` says. `unauthenticated` when none of our keys has signed it.
    pub(crate) fn read(&self, verifiers: &Verifiers, token: &str, now: Timestamp) -> Result<Signed, Problem> {
        let refused = || Problem::of(CommonProblem::Unauthenticated);
        let key = verifiers.get(&Self::kid(token)?, now).ok_or_else(refused)?;
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|_| refused())?.claims;
        let Claims { sub, org, sid, iat, exp, .. } = claims;
        let holder = Holder { organization: org, user: sub, session: sid };
        Ok(Signed { holder, iat, exp })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::new_key;
    use jsonwebtoken::EncodingKey;
    use purser_kernel::{ExposeSecret, Id};
    use serde_json::{Value, json};

    /// One installation with one key.
    struct Mint {
        tokens: AccessTokens,
        signer: Signer,
        public: Vec<u8>,
        verifiers: Verifiers,
    }

    impl Mint {
        fn issue(&self, holder: Holder) -> (String, Timestamp) {
            let (token, expires_at) = self.tokens.issue(&self.signer, holder, now()).unwrap();
            (token.expose_secret().to_owned(), expires_at)
        }

        fn verify(&self, token: &str, now: Timestamp) -> Result<Holder, Problem> {
            self.tokens.read(&self.verifiers, token, now)?.at(now)
        }
    }

    fn mint() -> Mint {
        let key = new_key().unwrap();
        Mint {
            tokens: AccessTokens::new(&AuthOptions::default()),
            verifiers: [(key.kid.clone(), key.public.as_slice(), None)].into_iter().collect(),
            public: key.public,
            signer: Signer::new(key.kid, &*key.private).unwrap(),
        }
    }

    fn holder() -> Holder {
        Holder { organization: Id::generate(), user: Id::generate(), session: Id::generate() }
    }

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_795_000_000, 0).unwrap()
    }

    fn header(mint: &Mint) -> Header {
        Header { typ: Some(TYPE.into()), kid: Some(mint.signer.kid.clone()), ..Header::new(Algorithm::EdDSA) }
    }

    fn claims() -> Value {
        let holder = holder();
        json!({
            "iss": "purser", "aud": "purser-api", "sub": holder.user, "org": holder.organization, "sid": holder.session,
            "jti": "x", "iat": now().timestamp(), "exp": now().timestamp() + 600,
        })
    }

    /// A token that our own key has signed.
    fn signed(mint: &Mint, header: &Header, claims: &Value) -> String {
        encode(header, claims, &mint.signer.key).unwrap()
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    #[test]
    fn speaks_for_its_holder_while_it_is_valid() {
        let (mint, holder) = (mint(), holder());
        let (token, expires_at) = mint.issue(holder);
        let token = token.as_str();
        assert_eq!(expires_at, now() + TimeDelta::minutes(10));
        assert_eq!(mint.verify(token, now()).unwrap(), holder);
        assert_eq!(mint.verify(token, expires_at + TimeDelta::seconds(4)).unwrap(), holder);
        assert!(mint.verify(token, expires_at + TimeDelta::seconds(5)).is_err());
        assert!(mint.verify(token, now() - TimeDelta::seconds(6)).is_err());
    }

    #[test]
    fn a_token_is_of_one_key() {
        let (ours, theirs) = (mint(), mint());
        let (token, _) = ours.issue(holder());
        assert!(ours.verify(&token, now()).is_ok());
        assert!(theirs.verify(&token, now()).is_err());
        // Signed by another key under the name of ours.
        let forged = signed(&theirs, &header(&ours), &claims());
        assert!(ours.verify(&forged, now()).is_err());
        // And with both known, by the name of the other one.
        let both = [(&ours, None), (&theirs, None)]
            .map(|(mint, until)| (mint.signer.kid.clone(), mint.public.as_slice(), until));
        let verifiers: Verifiers = both.into_iter().collect();
        assert!(ours.tokens.read(&verifiers, &token, now()).is_ok());
        assert!(ours.tokens.read(&verifiers, &forged, now()).is_err());
    }

    #[test]
    fn a_key_verifies_until_it_has_retired() {
        let mint = mint();
        let (token, _) = mint.issue(holder());
        let until = now() + TimeDelta::minutes(5);
        let retiring: Verifiers =
            [(mint.signer.kid.clone(), mint.public.as_slice(), Some(until))].into_iter().collect();
        assert!(mint.tokens.read(&retiring, &token, until - TimeDelta::seconds(1)).is_ok());
        assert!(mint.tokens.read(&retiring, &token, until).is_err());
    }

    #[test]
    fn no_character_can_be_changed() {
        let tokens = mint();
        let (token, _) = tokens.issue(holder());
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
        let tokens = mint();
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
        let tokens = mint();
        for alg in ["none", "None", "HS256", "RS256"] {
            let header = part(&json!({ "alg": alg, "typ": TYPE, "kid": tokens.signer.kid }));
            let unsigned = format!("{header}.{}.", part(&claims()));
            assert!(tokens.verify(&unsigned, now()).is_err(), "{alg}");
        }
        // The public key taken for the secret of an HMAC.
        let secret = EncodingKey::from_secret(&tokens.public);
        let header = Header { alg: Algorithm::HS256, ..header(&tokens) };
        assert!(tokens.verify(&encode(&header, &claims(), &secret).unwrap(), now()).is_err());
    }

    #[test]
    fn every_claim_must_be_there_and_right() {
        let tokens = mint();
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
        let tokens = mint();
        for garbage in ["", ".", "..", "a.b.c", "Bearer x", &"a".repeat(100_000), &"..".repeat(500)] {
            assert!(tokens.verify(garbage, now()).is_err());
        }
    }
}
