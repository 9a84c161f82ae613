//! What an invitation's mail carries: opaque, made again from the master key and the row, and kept as its hash only.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use purser_entity_tenancy::invitation;
use purser_kernel::{ExposeSecret, Id, OrganizationId, Problem, SecretString, ids::InvitationId};
use purser_store::{DerivedKeys, MasterKey, WriteTx};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The layout: this byte, the ids of organization and invitation, and the secret.
const VERSION: u8 = 1;
const ID: usize = 16;
const SECRET: usize = 32;
const LENGTH: usize = 1 + 2 * ID + SECRET;

/// An invitation's token. It names the organization, so that nothing is looked up across tenants.
pub(super) struct Token(Zeroizing<[u8; LENGTH]>);

impl Token {
    fn new(organization: OrganizationId, invitation: InvitationId, secret: &[u8; SECRET]) -> Self {
        let ids = [organization.as_uuid(), invitation.as_uuid()];
        let parts = [VERSION].into_iter().chain(ids.into_iter().flat_map(Uuid::into_bytes)).chain(*secret);
        let mut bytes = Zeroizing::new([0; LENGTH]);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        Self(bytes)
    }

    /// Reads what somebody sent. What was never given out is read as a token of nobody's: it is looked up like any other and not
    /// found.
    pub(super) fn read(text: &SecretString) -> Self {
        let nobody = || Self::new(OrganizationId::generate(), InvitationId::generate(), &[0; SECRET]);
        let text = text.expose_secret();
        // 65 bytes are 87 letters without padding; nothing longer is decoded.
        let bytes = if text.len() > LENGTH * 2 { None } else { URL_SAFE_NO_PAD.decode(text).ok().map(Zeroizing::new) };
        let bytes: Option<[u8; LENGTH]> = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
        bytes.filter(|bytes| bytes.first() == Some(&VERSION)).map_or_else(nobody, |bytes| Self(Zeroizing::new(bytes)))
    }

    pub(super) fn organization(&self) -> OrganizationId {
        Id::from_uuid(self.id(0))
    }

    pub(super) fn invitation(&self) -> InvitationId {
        Id::from_uuid(self.id(1))
    }

    fn id(&self, position: usize) -> Uuid {
        let bytes = self.0.iter().skip(1 + position * ID).take(ID);
        Uuid::from_u128(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// What is kept of it. A plain hash is enough: nobody guesses 256 bits.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_slice()).to_vec()
    }

    /// What the mail carries.
    pub(super) fn reveal(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.as_slice()).into()
    }
}

/// Makes tokens: the same one each time, so that a mail can be sent again although only the hash is kept.
#[derive(Clone)]
pub(super) struct Tokens(Arc<DerivedKeys>);

impl Tokens {
    pub(super) fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(Arc::new(master.derive_each("tenancy/derive-invitation-tokens")?)))
    }

    /// The token that is made `number`th for an invitation of the organization of `tx`.
    pub(super) async fn of(&self, tx: &WriteTx, invitation: InvitationId, number: i32) -> Result<Token, Problem> {
        token(self.0.newest(tx.system()).await?, tx.organization(), invitation, number)
    }

    /// The one token that is good for this invitation, whichever master key has made it.
    pub(super) fn latest(&self, row: &invitation::Model) -> Result<Token, Problem> {
        for key in self.0.each() {
            let token = token(key, row.organization_id, row.id, row.number)?;
            if token.hash() == row.token_hash {
                return Ok(token);
            }
        }
        Err(Problem::internal("the master key that has made the invitation's token is gone: it has to be sent again"))
    }
}

/// The token that was made `number`th for an invitation.
fn token(
    key: &[u8; 32],
    organization: OrganizationId,
    invitation: InvitationId,
    number: i32,
) -> Result<Token, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
    mac.update(organization.as_uuid().as_bytes());
    mac.update(invitation.as_uuid().as_bytes());
    mac.update(&number.to_be_bytes());
    let secret = Zeroizing::new(<[u8; SECRET]>::from(mac.finalize().into_bytes()));
    Ok(Token::new(organization, invitation, &secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(key: u8, organization: OrganizationId, invitation: InvitationId, number: i32) -> Token {
        super::token(&[key; 32], organization, invitation, number).unwrap()
    }

    #[test]
    fn says_whose_it_is_and_is_made_again() {
        let (organization, invitation) = (OrganizationId::generate(), InvitationId::generate());
        let made = token(1, organization, invitation, 1);
        let text = made.reveal();
        assert_eq!(text.expose_secret().len(), 87);
        let read = Token::read(&text);
        assert_eq!((read.organization(), read.invitation()), (organization, invitation));
        assert_eq!(read.hash(), token(1, organization, invitation, 1).hash());
        for other in [
            token(1, organization, invitation, 2),
            token(2, organization, invitation, 1),
            token(1, OrganizationId::generate(), invitation, 1),
            token(1, organization, InvitationId::generate(), 1),
        ] {
            assert_ne!(other.hash(), made.hash());
        }
    }

    #[test]
    fn what_was_never_given_out_is_nobody_s() {
        let token = token(1, OrganizationId::generate(), InvitationId::generate(), 1);
        let text = token.reveal().expose_secret().to_owned();
        for garbage in ["", "x", &text[1..], &format!("{text}A"), &"A".repeat(87), &"A".repeat(1_000_000)] {
            let read = Token::read(&garbage.into());
            assert_ne!(read.organization(), token.organization());
            assert_ne!(read.hash(), token.hash());
        }
    }
}
