//! The master key, and what follows from it.
use crate::System;
use hkdf::Hkdf;
use purser_kernel::Problem;
use sha2::Sha256;
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

type Key = Zeroizing<[u8; 32]>;

/// By what a master key is known in the database. Nothing of the key follows from it.
pub(super) type Fingerprint = [u8; 16];

/// The key that wraps every organization's key, and from which the program's other keys are derived; during a rotation with the one
/// that it takes the place of.
#[derive(Clone)]
pub struct MasterKey {
    key: Arc<Key>,
    previous: Option<Arc<Key>>,
}

impl MasterKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { key: Arc::new(Zeroizing::new(bytes)), previous: None }
    }

    /// The key in the place of `previous`, by which what was sealed still opens.
    pub fn in_place_of(self, previous: &Self) -> Self {
        Self { previous: Some(previous.key.clone()), ..self }
    }

    /// A key of 32 bytes for `purpose`, by HKDF-SHA256 (RFC 5869). The master key itself encrypts nothing.
    pub fn derive(&self, purpose: &str) -> Result<Key, Problem> {
        derive(&self.key, purpose)
    }

    /// The keys for `purpose`: of this master key, and of the one before it.
    pub fn derive_each(&self, purpose: &str) -> Result<DerivedKeys, Problem> {
        let derived = self.each().map(|key| Ok((fingerprint(key)?, derive(key, purpose)?)));
        Ok(DerivedKeys(derived.collect::<Result<_, Problem>>()?))
    }

    /// This key, and the one before it.
    pub(super) fn each(&self) -> impl Iterator<Item = &Key> {
        [Some(&self.key), self.previous.as_ref()].into_iter().flatten().map(|key| &**key)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Keys of one purpose. What was made with either is accepted; what is new is made with the one that all processes know.
pub struct DerivedKeys(Vec<(Fingerprint, Key)>);

impl DerivedKeys {
    /// The key with which something new is made: of the master key that the database says is the active one, so that processes
    /// which do not have the next one yet understand it.
    pub async fn newest(&self, system: System<'_>) -> Result<&[u8; 32], Problem> {
        let active = system.active_master_key().await?;
        let found = self.0.iter().find(|(name, _)| Some(*name) == active).or_else(|| self.0.first());
        found.map(|(_, key)| &**key).ok_or_else(|| Problem::internal("there is a key for each purpose"))
    }

    /// All of them.
    pub fn each(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.0.iter().map(|(_, key)| &**key)
    }
}

pub(super) fn derive(master: &Key, purpose: &str) -> Result<Key, Problem> {
    let mut key = Zeroizing::new([0; 32]);
    let hkdf = Hkdf::<Sha256>::new(Some(b"purser/v1"), master.as_ref());
    hkdf.expand(purpose.as_bytes(), key.as_mut()).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(key)
}

pub(super) fn fingerprint(master: &Key) -> Result<Fingerprint, Problem> {
    let name = derive(master, "vault/name-master-key")?;
    name.first_chunk().copied().ok_or_else(|| Problem::internal("a key is longer than its fingerprint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master() -> MasterKey {
        let bytes: Vec<u8> = (0..32).collect();
        MasterKey::new(bytes.try_into().unwrap())
    }

    /// Another answer would leave every secret of every database closed. Worked out apart from this code.
    #[test]
    fn derived_keys_never_change() {
        let expected = [
            0xbb, 0xc1, 0x78, 0xd3, 0xc1, 0x21, 0xf3, 0x17, 0x5f, 0x87, 0xdc, 0xd9, 0xa6, 0xce, 0xd6, 0xe2, 0x41, 0x3c,
            0x5d, 0x26, 0x5e, 0x66, 0x41, 0xa1, 0xf1, 0x4a, 0x00, 0xa4, 0x5a, 0xbe, 0xff, 0x29,
        ];
        assert_eq!(*master().derive("vault/wrap-organization-keys").unwrap(), expected);
        assert_ne!(*master().derive("another purpose").unwrap(), expected);
    }

    #[test]
    fn the_keys_of_a_purpose_are_those_of_both_masters() {
        let both = MasterKey::new([9; 32]).in_place_of(&master()).derive_each("test").unwrap();
        let keys: Vec<_> = both.each().copied().collect();
        assert_eq!(keys, [*MasterKey::new([9; 32]).derive("test").unwrap(), *master().derive("test").unwrap()]);
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", master()), "MasterKey(…)");
    }
}
