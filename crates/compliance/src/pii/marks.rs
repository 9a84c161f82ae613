//! By what a value is known again that is not kept.
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{OrganizationId, ids::PiiRuleId};
use purser_store::{DerivedKeys, MasterKey, prelude::*};
use sha2::Sha256;
use std::sync::Arc;
use uuid::Uuid;

/// An HMAC-SHA256.
pub(super) type Mark = Vec<u8>;

/// The keys of marks: whoever has only the database cannot try out all numbers of nine digits. During a rotation of the master key
/// there are two.
#[derive(Clone)]
pub struct Marks(Arc<DerivedKeys>);

/// Where a value stands, and by which rule it was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'f> {
    pub(super) organization: OrganizationId,
    pub(super) resource_id: Uuid,
    pub(super) rule: PiiRuleId,
    pub(super) value: &'f str,
}

impl Marks {
    /// Marks under this master key.
    pub fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(Arc::new(master.derive_each("compliance/pii-marks")?)))
    }

    /// The key of new marks.
    pub(super) async fn key<'k>(&'k self, tx: &ReadTx) -> Result<&'k [u8; 32], Problem> {
        self.0.newest(tx.system()).await
    }

    /// The mark under each key, the one under `newest` first.
    pub(super) fn of(&self, newest: &[u8; 32], found: Found<'_>) -> Result<Vec<Mark>, Problem> {
        let older = self.0.each().filter(|key| *key != newest);
        std::iter::once(newest).chain(older).map(|key| mark(key, found)).collect()
    }
}

fn mark(key: &[u8; 32], Found { organization, resource_id, rule, value }: Found<'_>) -> Result<Mark, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| Problem::internal(error.to_string()))?;
    for id in [organization.as_uuid(), resource_id, rule.as_uuid()] {
        mac.update(id.as_bytes());
    }
    mac.update(value.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}
