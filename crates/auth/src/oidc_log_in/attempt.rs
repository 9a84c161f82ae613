//! What belongs to one sign-in with a provider. The client has 256 random bits; state, nonce and verifier follow from these and the
//! master key, so that only their hash is kept, and the client knows no more than the state.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use purser_entity_auth::oidc_sign_in::{ActiveModel, Column};
use purser_kernel::{
    ExposeSecret, SecretString,
    ids::{IntegrationId, OidcSignInId},
    random,
};
use purser_store::{DerivedKeys, MasterKey, ports::SignInAttempt, prelude::*};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const BYTES: usize = 32;
/// How long a person has at the provider.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What the client has of a sign-in.
pub(super) struct Attempt(Zeroizing<[u8; BYTES]>);

impl Attempt {
    pub(super) fn generate() -> Result<Self, Problem> {
        Ok(Self(Zeroizing::new(random::bytes::<BYTES>()?)))
    }

    /// Reads what a client sent. `None` when it was never given out.
    pub(super) fn parse(text: &SecretString) -> Option<Self> {
        let text = text.expose_secret();
        if text.len() > BYTES * 2 {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    pub(super) fn reveal(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.as_slice()).into()
    }

    /// A plain hash is enough: nobody guesses 256 random bits.
    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_slice()).to_vec()
    }

    /// Keeps it, and clears away those that have run out. Returns until when it can be completed.
    pub(super) async fn keep(&self, tx: &WriteTx, integration: IntegrationId) -> Result<Timestamp, Problem> {
        let now = tx.now();
        tx.remove(Column::ExpiresAt.lt(now)).await?;
        let row = ActiveModel {
            id: Set(OidcSignInId::generate()),
            integration_id: Set(integration),
            token_hash: Set(self.hash()),
            expires_at: Set(now + LIFETIME),
            ..Default::default()
        };
        Ok(tx.insert(row).await?.expires_at)
    }

    /// Uses it up. `false` when it was not begun at this connection, or too long ago, or was completed; of two at once one is.
    pub(super) async fn spend(&self, tx: &WriteTx, integration: IntegrationId) -> Result<bool, Problem> {
        let open = Column::TokenHash.eq(self.hash()).and(Column::IntegrationId.eq(integration));
        Ok(tx.remove(open.and(Column::ExpiresAt.gt(tx.now()))).await? == 1)
    }
}

/// Makes what belongs to a sign-in, the same each time.
pub(crate) struct SignIns(DerivedKeys);

impl SignIns {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(master.derive_each("auth/derive-oidc-sign-ins")?))
    }

    /// What a sign-in begins with.
    pub(super) async fn begin(&self, system: System<'_>, attempt: &Attempt) -> Result<SignInAttempt, Problem> {
        derived(self.0.newest(system).await?, attempt)
    }

    /// What the sign-in with this `state` was begun with, whichever master key has made it. `None` when it is another's state.
    pub(super) fn begun(&self, attempt: &Attempt, state: &SecretString) -> Result<Option<SignInAttempt>, Problem> {
        let mut found = None;
        for key in self.0.each() {
            let given = derived(key, attempt)?;
            // In a time that tells nothing.
            if given.state.as_bytes().ct_eq(state.expose_secret().as_bytes()).into() {
                found = Some(given);
            }
        }
        Ok(found)
    }
}

fn derived(key: &[u8; 32], attempt: &Attempt) -> Result<SignInAttempt, Problem> {
    let derived = |what: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
        // Behind what has a fixed length, so that no two of them read the same.
        mac.update(attempt.0.as_slice());
        mac.update(what.as_bytes());
        Ok::<_, Problem>(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    Ok(SignInAttempt { state: derived("state")?, nonce: derived("nonce")?, verifier: derived("verifier")?.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: u8, attempt: &Attempt) -> SignInAttempt {
        derived(&[key; 32], attempt).unwrap()
    }

    #[test]
    fn state_nonce_and_verifier_are_those_of_one_attempt() {
        let attempt = Attempt::generate().unwrap();
        let read = Attempt::parse(&attempt.reveal()).unwrap();
        let (first, again) = (of(1, &attempt), of(1, &read));
        assert_eq!((&first.state, &first.nonce), (&again.state, &again.nonce));
        // RFC 7636, section 4.1: 43 characters at the least.
        assert_eq!(first.verifier.expose_secret().len(), 43);
        let other = of(1, &Attempt::generate().unwrap());
        let elsewhere = of(2, &attempt);
        let mut texts = vec![first.state, first.nonce, first.verifier.expose_secret().to_owned()];
        texts.extend([other.state, other.nonce, elsewhere.state, elsewhere.nonce]);
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 7);
    }

    #[test]
    fn a_sign_in_is_completed_under_either_master_key() {
        let attempt = Attempt::generate().unwrap();
        let before = MasterKey::new([1; 32]);
        let state = derived(&before.derive("auth/derive-oidc-sign-ins").unwrap(), &attempt).unwrap().state.into();
        let begun = |master: &MasterKey| SignIns::new(master).unwrap().begun(&attempt, &state).unwrap();
        assert!(begun(&before).is_some() && begun(&MasterKey::new([2; 32]).in_place_of(&before)).is_some());
        assert!(begun(&MasterKey::new([2; 32])).is_none());
    }

    #[test]
    fn what_was_never_given_out_is_not_read() {
        for text in ["", "x", &"A".repeat(42), &"A".repeat(44), &"A".repeat(1_000_000), "ä"] {
            assert!(Attempt::parse(&SecretString::from(text.to_owned())).is_none());
        }
    }
}
