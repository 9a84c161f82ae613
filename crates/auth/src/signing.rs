//! The keys that sign access tokens: which there are, and how one follows another.
//!
//! A key is made as `next` and published an hour before it may sign, so that whoever keeps the published keys has it by then.
//! It becomes `active`, and its predecessor `retiring` until the last token that it has signed has run out. So no token is
//! refused because of a rotation.
mod jwks;
mod ring;
mod rotate;

pub use jwks::PublicKey;
pub use rotate::{RotateSigningKeys, Rotated};

pub(crate) use ring::{KeyRing, Keys};

use chrono::TimeDelta;
use purser_store::Place;
use uuid::Uuid;

/// As JWS names it (RFC 8037).
const ALGORITHM: &str = "EdDSA";
/// How long a key is published before it signs, and how long others may keep what was published.
const PUBLISHED_AHEAD: TimeDelta = TimeDelta::hours(1);
/// The oldest knowledge of the keys that a server acts by.
const KNOWN_FOR: TimeDelta = TimeDelta::seconds(60);
/// How often a server looks for a key that it does not know: anybody can name one.
const LOOKED_FOR: TimeDelta = TimeDelta::seconds(1);

/// Where a private key is sealed.
fn place(row: Uuid) -> Place {
    Place { table: "signing_keys", column: "private_key_ciphertext", row }
}
