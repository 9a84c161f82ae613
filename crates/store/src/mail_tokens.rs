//! What a link in a mail carries: opaque, made again from the master key and the row that it is about, and kept as its hash only.
use crate::{DerivedKeys, MasterKey, System};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{ExposeSecret, OrganizationId, Problem, SecretString};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The layout: this byte, the ids of the organization and of the row, and the secret.
const VERSION: u8 = 1;
const ID: usize = 16;
const SECRET: usize = 32;
const LENGTH: usize = 1 + 2 * ID + SECRET;

/// The token of one row. It names the organization, so that nothing is looked up across tenants.
pub struct MailToken(Zeroizing<[u8; LENGTH]>);

impl MailToken {
    fn new(organization: OrganizationId, row: Uuid, secret: &[u8; SECRET]) -> Self {
        let ids = [organization.as_uuid(), row];
        let parts = [VERSION].into_iter().chain(ids.into_iter().flat_map(Uuid::into_bytes)).chain(*secret);
        let mut bytes = Zeroizing::new([0; LENGTH]);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        Self(bytes)
    }

    /// Reads what somebody sent. What was never given out is read as a token of nobody's: it is looked up like any other and not
    /// found.
    pub fn read(text: &SecretString) -> Self {
        let nobody = || Self::new(OrganizationId::generate(), OrganizationId::generate().as_uuid(), &[0; SECRET]);
        let text = text.expose_secret();
        // 65 bytes are 87 letters without padding; nothing longer is decoded.
        let bytes = if text.len() > LENGTH * 2 { None } else { URL_SAFE_NO_PAD.decode(text).ok().map(Zeroizing::new) };
        let bytes: Option<[u8; LENGTH]> = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
        bytes.filter(|bytes| bytes.first() == Some(&VERSION)).map_or_else(nobody, |bytes| Self(Zeroizing::new(bytes)))
    }

    /// The organization that it names.
    pub fn organization(&self) -> OrganizationId {
        OrganizationId::from_uuid(self.id(0))
    }

    /// The row that it names.
    pub fn row(&self) -> Uuid {
        self.id(1)
    }

    fn id(&self, position: usize) -> Uuid {
        let bytes = self.0.iter().skip(1 + position * ID).take(ID);
        Uuid::from_u128(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// What is kept of it. A plain hash is enough: nobody guesses 256 bits.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_slice()).to_vec()
    }

    /// What the mail carries.
    pub fn reveal(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.as_slice()).into()
    }
}

/// Makes tokens: the same one each time, so that a mail can be sent again although only the hash is kept.
#[derive(Clone)]
pub struct MailTokens(Arc<DerivedKeys>);

impl MailTokens {
    /// Those for one purpose, such as `tenancy/derive-invitation-tokens`.
    pub fn new(master: &MasterKey, purpose: &str) -> Result<Self, Problem> {
        Ok(Self(Arc::new(master.derive_each(purpose)?)))
    }

    /// A new token for a row of the organization, bound to what else is said of it, each part of a fixed length.
    pub async fn make(
        &self,
        system: System<'_>,
        organization: OrganizationId,
        row: Uuid,
        bound: &[&[u8]],
    ) -> Result<MailToken, Problem> {
        token(self.0.newest(system).await?, organization, row, bound)
    }

    /// The token of which this hash was kept, whichever master key has made it. `None` when it was made for something else.
    pub fn kept(
        &self,
        organization: OrganizationId,
        row: Uuid,
        bound: &[&[u8]],
        hash: &[u8],
    ) -> Result<Option<MailToken>, Problem> {
        for key in self.0.each() {
            let token = token(key, organization, row, bound)?;
            if token.hash() == hash {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }
}

fn token(key: &[u8; 32], organization: OrganizationId, row: Uuid, bound: &[&[u8]]) -> Result<MailToken, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
    mac.update(organization.as_uuid().as_bytes());
    mac.update(row.as_bytes());
    for part in bound {
        mac.update(part);
    }
    let secret = Zeroizing::new(<[u8; SECRET]>::from(mac.finalize().into_bytes()));
    Ok(MailToken::new(organization, row, &secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(key: u8, organization: OrganizationId, row: Uuid, bound: u8) -> MailToken {
        super::token(&[key; 32], organization, row, &[&[bound]]).unwrap()
    }

    fn id() -> (OrganizationId, Uuid) {
        (OrganizationId::generate(), OrganizationId::generate().as_uuid())
    }

    #[test]
    fn says_whose_it_is_and_is_made_again() {
        let (organization, row) = id();
        let made = token(1, organization, row, 1);
        let text = made.reveal();
        assert_eq!(text.expose_secret().len(), 87);
        let read = MailToken::read(&text);
        assert_eq!((read.organization(), read.row()), (organization, row));
        assert_eq!(read.hash(), token(1, organization, row, 1).hash());
        let (another, other_row) = id();
        for other in [
            token(1, organization, row, 2),
            token(2, organization, row, 1),
            token(1, another, row, 1),
            token(1, organization, other_row, 1),
        ] {
            assert_ne!(other.hash(), made.hash());
        }
    }

    #[test]
    fn is_found_by_its_hash_under_either_master_key() {
        let (organization, row) = id();
        let before = MasterKey::new([1; 32]);
        let tokens = |master: &MasterKey| MailTokens::new(master, "tests").unwrap();
        let hash = super::token(&before.derive("tests").unwrap(), organization, row, &[&[1]]).unwrap().hash();
        let found =
            |tokens: MailTokens, bound: u8| tokens.kept(organization, row, &[&[bound]], &hash).unwrap().is_some();
        let both = MasterKey::new([2; 32]).in_place_of(&before);
        assert!(found(tokens(&before), 1) && found(tokens(&both), 1));
        assert!(!found(tokens(&both), 2), "it was made for something else");
        assert!(!found(tokens(&MasterKey::new([2; 32])), 1));
        assert!(!found(MailTokens::new(&before, "another purpose").unwrap(), 1));
    }

    #[test]
    fn what_was_never_given_out_is_nobody_s() {
        let (organization, row) = id();
        let made = token(1, organization, row, 1);
        let text = made.reveal().expose_secret().to_owned();
        for garbage in ["", "x", &text[1..], &format!("{text}A"), &"A".repeat(87), &"A".repeat(1_000_000)] {
            let read = MailToken::read(&garbage.into());
            assert_ne!(read.organization(), made.organization());
            assert_ne!(read.hash(), made.hash());
        }
    }
}
