//! That an entry is in a seal, for whoever has the entry, the proof and the public key, and nothing else.
use crate::{
    leaf::{leaf, sealed_form},
    merkle::{Hash, audit_path, verify_inclusion},
    seals::{self, Seal},
    statement::PublicKey,
};
use purser_entity_compliance::audit_seal_entry::{Column, Entity};
use purser_entity_platform::audit_log;
use purser_kernel::{hex, ids::AuditLogId};
use purser_store::prelude::*;
use serde_json::Value;

/// More entries than a seal has.
const MOST: u64 = 100_000;

/// An entry, and that it is in a seal.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The entry as it is hashed.
    pub entry: Value,
    /// Nothing while it is not sealed yet.
    pub inclusion: Option<Inclusion>,
}

/// Where an entry is in a seal.
#[derive(Clone, Debug)]
pub struct Inclusion {
    /// The seal, whose `count` is the size of the tree.
    pub seal: Seal,
    /// The entry's place in the tree, from 0.
    pub index: u64,
    /// What is needed beside its leaf to compute the root, from the leaf upwards.
    pub path: Vec<Hash>,
}

impl Inclusion {
    /// Whether `entry`, as [`Proof::entry`] has it, is in a seal that one of `keys` has signed.
    pub fn verify(&self, entry: &Value, keys: &[PublicKey]) -> bool {
        let Seal { statement, signature } = &self.seal;
        let signature = hex::decode::<64>(signature);
        let (Ok(size), Some(root)) = (u64::try_from(statement.count), hex::decode(&statement.merkle_root)) else {
            return false;
        };
        signature.is_some_and(|signature| statement.is_signed(&signature, keys))
            && verify_inclusion(&leaf(entry), self.index, size, &self.path, &root)
    }
}

/// The entry with the proof that it is sealed.
///
/// The path is made from the leaves as they were sealed: for an entry that was changed since, it leads elsewhere than to the root.
pub async fn proof(tx: &ReadTx, id: AuditLogId) -> Result<Proof, Problem> {
    tx.scope().require(Permission::AuditRead)?;
    let entry = sealed_form(&tx.get::<audit_log::Entity>(id).await?);
    let Some(place) = seals::place_of(tx, id).await? else {
        return Ok(Proof { entry, inclusion: None });
    };
    let seal = seals::numbered(tx, place.seal_number).await?;
    let seal = seal.ok_or_else(|| Problem::internal("a seal is gone"))?;
    let places = tx.find::<Entity>().filter(Column::SealNumber.eq(place.seal_number));
    let places = places.order_by(Column::Position, Asc).all(MOST).await?;
    let leaves: Vec<Hash> = places.iter().filter_map(|place| place.leaf.as_slice().try_into().ok()).collect();
    let index = usize::try_from(place.position).map_err(Problem::internal)?;
    let path = audit_path(index, &leaves).ok_or_else(|| Problem::internal("a seal has lost entries"))?;
    let index = u64::try_from(index).map_err(Problem::internal)?;
    Ok(Proof { entry, inclusion: Some(Inclusion { seal: Seal::from(&seal), index, path }) })
}
