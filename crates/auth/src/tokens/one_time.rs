//! Tokens that mails carry. Only their hash is kept; the job that sends the mail makes the token again from its row.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use purser_entity_auth::one_time_token::Purpose;
use purser_kernel::{Id, Problem, SecretString, UserId, ids::OneTimeTokenId};
use purser_store::{DerivedKeys, MasterKey, System};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The layout: this byte, the ids of person and token, and the code that only we can make.
const VERSION: u8 = 1;
const ID: usize = 16;
const CODE: usize = 32;
const LENGTH: usize = 1 + 2 * ID + CODE;

/// What a token is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) user: UserId,
    pub(crate) id: OneTimeTokenId,
    pub(crate) purpose: Purpose,
    /// In the form in which addresses are compared. A token is worthless once the person has another address.
    pub(crate) email: &'a str,
}

/// A token, as the mail has it.
pub(crate) struct OneTimeToken(Zeroizing<[u8; LENGTH]>);

impl OneTimeToken {
    /// Reads what a client sent. `None` when it was never given out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LENGTH * 2 {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let bytes: [u8; LENGTH] = bytes.as_slice().try_into().ok()?;
        (bytes.first() == Some(&VERSION)).then(|| Self(Zeroizing::new(bytes)))
    }

    /// Whose it is, if it is genuine.
    pub(crate) fn user(&self) -> UserId {
        let bytes = self.0.iter().skip(1).take(ID);
        Id::from_uuid(Uuid::from_u128(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte))))
    }

    /// What is kept of it. A plain hash is enough: nobody guesses 256 bits.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_slice()).to_vec()
    }

    /// What stands in the mail.
    pub(crate) fn reveal(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.as_slice()).into()
    }
}

/// Makes tokens, the same each time for the same subject.
pub(crate) struct OneTimeTokens(DerivedKeys);

impl OneTimeTokens {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(master.derive_each("auth/derive-one-time-tokens")?))
    }

    /// A token that is to be given out.
    pub(crate) async fn of(&self, system: System<'_>, subject: Subject<'_>) -> Result<OneTimeToken, Problem> {
        subject.token(self.0.newest(system).await?)
    }

    /// The token of which this hash was kept, whichever master key has made it. `None` when it is another subject's.
    pub(crate) fn kept(&self, subject: Subject<'_>, hash: &[u8]) -> Result<Option<OneTimeToken>, Problem> {
        for key in self.0.each() {
            let token = subject.token(key)?;
            if token.hash() == hash {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }
}

impl Subject<'_> {
    fn token(self, key: &[u8; 32]) -> Result<OneTimeToken, Problem> {
        let Subject { user, id, purpose, email } = self;
        let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
        let purpose = match purpose {
            Purpose::VerifyEmail => b"verify",
            Purpose::ResetPassword => b"resets",
        };
        // All but the last are of a fixed length, so that no two subjects read the same.
        mac.update(user.as_uuid().as_bytes());
        mac.update(id.as_uuid().as_bytes());
        mac.update(purpose);
        mac.update(email.as_bytes());
        let code = Zeroizing::new(<[u8; CODE]>::from(mac.finalize().into_bytes()));
        let ids = user.as_uuid().into_bytes().into_iter().chain(id.as_uuid().into_bytes());
        let mut bytes = Zeroizing::new([0; LENGTH]);
        for (to, from) in bytes.iter_mut().zip([VERSION].into_iter().chain(ids).chain(*code)) {
            *to = from;
        }
        Ok(OneTimeToken(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::ExposeSecret;

    fn subject() -> Subject<'static> {
        let number = |number| Uuid::from_u128(number);
        Subject {
            user: Id::from_uuid(number(1)),
            id: Id::from_uuid(number(2)),
            purpose: Purpose::VerifyEmail,
            email: "ann@example.com",
        }
    }

    fn token(key: u8, subject: Subject<'_>) -> OneTimeToken {
        subject.token(&[key; 32]).unwrap()
    }

    #[test]
    fn is_made_again_and_by_nobody_else() {
        let made = token(1, subject());
        let read = OneTimeToken::parse(made.reveal().expose_secret()).unwrap();
        assert_eq!((read.user(), read.hash()), (subject().user, made.hash()));
        assert_eq!(token(1, subject()).hash(), made.hash());
        assert_ne!(token(2, subject()).hash(), made.hash());
    }

    #[test]
    fn is_known_by_the_master_key_before() {
        let (before, now) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let hash = |master: &MasterKey| {
            let key = master.derive("auth/derive-one-time-tokens").unwrap();
            subject().token(&key).unwrap().hash()
        };
        let both = OneTimeTokens::new(&now.clone().in_place_of(&before)).unwrap();
        for master in [&before, &now] {
            assert_eq!(both.kept(subject(), &hash(master)).unwrap().unwrap().hash(), hash(master));
        }
        let alone = OneTimeTokens::new(&now).unwrap();
        assert!(alone.kept(subject(), &hash(&before)).unwrap().is_none());
    }

    #[test]
    fn is_of_one_person_purpose_and_address() {
        let hash = |subject| token(1, subject).hash();
        let other = Id::from_uuid(Uuid::from_u128(3));
        let others = [
            Subject { user: other, ..subject() },
            Subject { id: Id::from_uuid(Uuid::from_u128(3)), ..subject() },
            Subject { purpose: Purpose::ResetPassword, ..subject() },
            Subject { email: "ann@example.org", ..subject() },
        ];
        for other in others {
            assert_ne!(hash(other), hash(subject()), "{other:?}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        let text = token(1, subject()).reveal().expose_secret().to_owned();
        assert_eq!(text.len(), 87);
        for garbage in ["", "x", &text[1..], &format!("{text}A"), &"A".repeat(87), &"A".repeat(1_000_000)] {
            assert!(OneTimeToken::parse(garbage).is_none());
        }
    }
}
