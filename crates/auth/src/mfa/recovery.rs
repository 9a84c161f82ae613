//! Codes that stand in for the second factor, once each.
use super::factor;
use purser_entity_auth::mfa_factor::{ActiveModel, Column, Entity, Kind, Model};
use purser_kernel::{Problem, SecretString, UserId, ids::MfaFactorId, random};
use purser_store::prelude::*;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Codes of a set.
const CODES: usize = 10;
/// Random bits of a code, in bytes: enough for a plain hash (OWASP ASVS 5.0, 6.5.2: at least 112 bits).
const BYTES: usize = 15;
/// No letter and digit that are taken for each other: those of Crockford's base32.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters between two hyphens.
const GROUP: usize = 6;
/// Bytes of a hash.
const HASH: usize = 32;

/// Gives the person a new set; those of the old one are worth nothing from now on.
pub(super) async fn replace(system: System<'_>, user: UserId) -> Result<Vec<SecretString>, Problem> {
    let old = Column::UserId.eq(user).and(Column::Kind.eq(Kind::RecoveryCodes));
    system.remove::<Entity>(old).await?;
    let codes = (0..CODES).map(|_| generate()).collect::<Result<Vec<_>, _>>()?;
    let hashes: Vec<[u8; HASH]> = codes.iter().map(|code| hash(code)).collect();
    let id = MfaFactorId::generate();
    let row = ActiveModel {
        id: Set(id),
        user_id: Set(user),
        kind: Set(Kind::RecoveryCodes),
        secret_ciphertext: Set(system.seal_global(factor::place(id), hashes.as_flattened()).await?),
        confirmed_at: Set(Some(system.now())),
        last_used_step: Set(None),
        failures: Set(0),
        next_try_at: Set(None),
        ..Default::default()
    };
    system.insert(row).await?;
    Ok(codes.into_iter().map(SecretString::from).collect())
}

/// Uses a code up. `false` when it is none, or was used before; of two at once one is told so.
pub(super) async fn spend(system: System<'_>, user: UserId, code: &str) -> Result<bool, Problem> {
    let Some(row) = factor::of_kind(system, user, Kind::RecoveryCodes).await? else {
        return Ok(false);
    };
    let (before, given) = (hashes(system, &row)?, hash(code));
    let left: Vec<[u8; HASH]> = before.iter().copied().filter(|kept| !bool::from(kept.ct_eq(&given))).collect();
    if left.len() == before.len() {
        return Ok(false);
    }
    let sealed = system.seal_global(factor::place(row.id), left.as_flattened()).await?;
    // As it was read: whoever else has used one meanwhile has written another text.
    let unchanged = Column::Id.eq(row.id).and(Column::SecretCiphertext.eq(row.secret_ciphertext));
    let spent = system.update_where(unchanged, |row: &mut ActiveModel| row.secret_ciphertext = Set(sealed)).await?;
    Ok(spent == 1)
}

/// How many are left.
pub(super) async fn left(system: System<'_>, user: UserId) -> Result<usize, Problem> {
    match factor::of_kind(system, user, Kind::RecoveryCodes).await? {
        Some(row) => Ok(hashes(system, &row)?.len()),
        None => Ok(0),
    }
}

fn hashes(system: System<'_>, row: &Model) -> Result<Vec<[u8; HASH]>, Problem> {
    let bytes = system.vault().open_global(factor::place(row.id), &row.secret_ciphertext)?;
    Ok(bytes.as_chunks::<HASH>().0.to_vec())
}

fn generate() -> Result<String, Problem> {
    let bits = random::bytes::<BYTES>()?.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let length = BYTES * 8 / 5;
    let mut code = String::with_capacity(length + length / GROUP);
    for place in 0..length {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        let digit = usize::try_from(bits >> (place * 5) & 31).ok().and_then(|digit| DIGITS.get(digit));
        code.push(char::from(digit.copied().unwrap_or(b'0')));
    }
    Ok(code)
}

/// Of the letters and digits alone: people leave hyphens out, and write in capitals.
fn hash(code: &str) -> [u8; HASH] {
    let letters = code.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    Sha256::digest(letters.collect::<Vec<_>>()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_what_people_make_of_it() {
        let code = generate().unwrap();
        assert_eq!((code.len(), code.split('-').count()), (27, 4), "{code}");
        assert_eq!(hash(&code), hash(&code.replace('-', " ").to_uppercase()));
        assert_ne!(hash(&code), hash(&generate().unwrap()));
    }
}
