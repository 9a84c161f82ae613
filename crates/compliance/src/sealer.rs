//! Closes runs of entries of the audit trail, organization by organization.
//!
//! An entry's id and time are made before it is committed, so an entry may appear behind others that are sealed already. It is found all
//! the same, and sealed later than they were: entries are sealed in the order in which this sees them committed. Whoever writes an
//! entry waits for nothing here: the sealer holds a row of its own (`number_sequences`), which no other transaction asks for.
mod unsealed;

use crate::{
    keys,
    leaf::{leaf, sealed_form, time},
    merkle::{Hash, root},
    statement::{PublicKey, Statement, before_the_first},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use purser_entity_compliance::{
    audit_seal::{ActiveModel, Column, Entity, Model},
    audit_seal_entry,
};
use purser_entity_platform::audit_log;
use purser_kernel::{OrganizationId, hex, ids::AuditSealId};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::sync::Arc;
pub(crate) use unsealed::behind;
use unsealed::{sealed, unsealed};

/// The name of the sequence that numbers seals, whose row is the sealer's lock.
const SEQUENCE: &str = "audit_seals";
/// Entries of one seal.
pub(crate) const MAX_ENTRIES: usize = 1_000;
/// Seals of an organization in one run: others want theirs, too.
const MAX_SEALS: usize = 20;

/// How far behind the latest sealed entry a run looks for one that was committed late. What a transaction could take at the most is
/// far less.
pub const LATE: TimeDelta = TimeDelta::hours(1);
/// How far behind the run of each night looks, so that nothing stays unsealed for good.
const VERY_LATE: TimeDelta = TimeDelta::days(7);

/// Seals what is not sealed yet, by a schedule.
pub struct SealTrail {
    tenants: Arc<dyn Tenants>,
    kind: &'static str,
    late: TimeDelta,
}

impl SealTrail {
    /// The kind of the job that seals what was written since the last one.
    pub const KIND: &'static str = "compliance.seal";
    /// The kind of the job that also looks for what was committed very late.
    pub const KIND_LATE: &'static str = "compliance.seal_late";

    /// The handlers, with the list of organizations.
    pub fn handlers(tenants: &Arc<dyn Tenants>) -> [Arc<dyn JobHandler>; 2] {
        [(Self::KIND, LATE), (Self::KIND_LATE, VERY_LATE)]
            .map(|(kind, late)| -> Arc<dyn JobHandler> { Arc::new(Self { tenants: tenants.clone(), kind, late }) })
    }
}

#[async_trait]
impl JobHandler for SealTrail {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let request = format!("job-{}", job.id());
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(seal(store, organization, &request, self.late).await.map(|_| ()));
        }
        each.end()
    }
}

/// Seals what an organization's trail has and what is committed, twenty seals at the most; the next run goes on. Returns how many it
/// made. Each is a transaction of its own: whatever stops it, a seal is there as a whole or not at all. Of two at once, one waits for
/// the other and then seals what is left.
///
/// Purser's own work: it asks for no permission, and shows nothing.
pub async fn seal(
    store: &Store,
    organization: OrganizationId,
    request_id: &str,
    late: TimeDelta,
) -> Result<usize, Problem> {
    let scope = Scope::system(organization, request_id);
    let mut made = 0;
    while made < MAX_SEALS {
        // What is late was looked for by the first seal of this run.
        let late = if made == 0 { late } else { TimeDelta::zero() };
        // It may take a while, in which others can write.
        let tx = store.read_in_any_state(&scope).await?;
        let since = latest(&tx).await?.map(|seal| looked_through(&seal, tx.now()) - late);
        let entries = unsealed(&tx, since, MAX_ENTRIES).await?;
        drop(tx);
        if entries.is_empty() {
            return Ok(made);
        }
        let key = keys::signer(store).await?;
        let tx = store.write_in_any_state(&scope).await?;
        let Some(sealed) = seal_some(&tx, &key, entries).await? else {
            // Another sealer was faster, and may have left some.
            continue;
        };
        tx.commit().await?;
        made += 1;
        // Somewhere else than in the database: whoever keeps the log can see when a seal was exchanged.
        tracing::info!(
            %organization, number = sealed.number, count = sealed.count, root = sealed.merkle_root, "audit trail sealed"
        );
    }
    Ok(made)
}

/// The last seal.
async fn latest(tx: &ReadTx) -> Result<Option<Model>, Problem> {
    tx.find::<Entity>().order_by(Column::Number, Desc).one().await
}

/// Up to when the trail was looked through for this seal, by whichever clock was least ahead: that of who wrote the last entry, of who
/// sealed it, or of who looks now.
fn looked_through(seal: &Model, now: Timestamp) -> Timestamp {
    seal.through.min(seal.created_at).min(now)
}

/// Seals those of the entries, which stand in their order, that no seal has by now.
async fn seal_some(
    tx: &WriteTx,
    key: &SigningKey,
    mut entries: Vec<audit_log::Model>,
) -> Result<Option<Statement>, Problem> {
    // Whoever else seals here is waited for. What they have sealed is seen from here on: READ COMMITTED, or one writer.
    let number = tx.next_number(SEQUENCE).await?;
    let before = latest(tx).await?;
    // Sequences of a closed organization are purged, and its seals are not.
    let number = before.as_ref().map_or(number, |seal| number.max(seal.number.saturating_add(1)));
    let sealed = sealed(tx, &entries).await?;
    entries.retain(|entry| !sealed.contains(&entry.id));
    let Some(through) = entries.last().map(|entry| entry.created_at) else {
        // The number goes back with the transaction.
        return Ok(None);
    };
    let now = tx.now();
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf(&sealed_form(entry))).collect();
    let previous_root = before.map_or_else(|| before_the_first().to_vec(), |seal| seal.merkle_root);
    let statement = Statement {
        organization_id: tx.organization(),
        number,
        count: i32::try_from(leaves.len()).map_err(Problem::internal)?,
        merkle_root: hex::encode(&root(&leaves)),
        previous_root: hex::encode(&previous_root),
        through: time(through),
        sealed_at: time(now),
        key_id: PublicKey::of(key).kid(),
    };
    let row = ActiveModel {
        id: Set(AuditSealId::generate()),
        number: Set(number),
        count: Set(statement.count),
        merkle_root: Set(root(&leaves).to_vec()),
        previous_root: Set(previous_root),
        through: Set(through),
        key_id: Set(statement.key_id.clone()),
        signature: Set(statement.sign(key)),
        // What was signed, and not a moment later.
        created_at: Set(now),
        ..Default::default()
    };
    let seal = tx.insert(row).await?;
    tx.insert_many(places(&seal, &entries, &leaves)).await?;
    Ok(Some(statement))
}

fn places(seal: &Model, entries: &[audit_log::Model], leaves: &[Hash]) -> Vec<audit_seal_entry::ActiveModel> {
    let rows = entries.iter().zip(leaves).zip(0..).map(|((entry, leaf), position)| audit_seal_entry::ActiveModel {
        seal_id: Set(seal.id),
        seal_number: Set(seal.number),
        position: Set(position),
        audit_id: Set(entry.id),
        leaf: Set(leaf.to_vec()),
        ..Default::default()
    });
    rows.collect()
}
