//! The beginning of the audit trail goes, seal by seal, and every later seal still holds.
//!
//! First the trail itself says up to which seal, and that entry is sealed. Then the entries of these seals go with their places; the seals
//! stay. Whoever verifies an export reads from the sealed entry what is rightly missing, so that nothing
//! else can be passed off as old. Killed in between, the next run announces and goes on.
use crate::{
    sealer::{LATE, MAX_ENTRIES, seal},
    seals::place_of,
};
use purser_entity_compliance::{
    audit_seal::{Column, Entity},
    audit_seal_entry,
};
use purser_entity_platform::{audit_detail, audit_log};
use purser_kernel::OrganizationId;
use purser_store::{AuditCategory, AuditSeverity, prelude::*};
use serde_json::{Value, json};

/// What the entry is called that says which seals' entries are gone.
pub const ACTION: &str = "audit_log.expire";
/// What the entry is about.
pub const RESOURCE: &str = "audit_log";

/// The last seal whose entries are gone, as an entry of the trail says it.
pub(crate) fn through_seal(changes: &Value) -> Option<i64> {
    changes.get("after")?.get("through_seal")?.as_i64()
}

/// Removes the entries of an organization's trail that were written before `before`, as far as whole seals are older. Returns how many
/// seals' entries went. For the owner of the tables: the server may only add to them.
pub async fn expire(
    store: &Store,
    organization: OrganizationId,
    request_id: &str,
    before: Timestamp,
) -> Result<usize, Problem> {
    let scope = Scope::system(organization, request_id);
    let tx = store.read_in_any_state(&scope).await?;
    let old = old(&tx, before).await?;
    let is_left = match old {
        Some(last) => !places(&tx, last, 1).await?.is_empty(),
        None => false,
    };
    drop(tx);
    let Some(last) = old.filter(|_| is_left) else { return Ok(0) };
    if !announced(store, &scope, last, before).await? {
        return Err(Problem::internal("the trail's end could not be sealed"));
    }
    let mut gone = 0;
    loop {
        let tx = store.write_in_any_state(&scope).await?;
        let is_more = remove_some(&tx, last).await?;
        tx.commit().await?;
        if !is_more {
            return Ok(gone);
        }
        gone += 1;
    }
}

/// The last of the seals that are older as a whole, with all seals before them. What was sealed then is no younger, whatever the clock of who wrote
/// it said.
async fn old(tx: &ReadTx, before: Timestamp) -> Result<Option<i64>, Problem> {
    let is_young = Column::Through.gte(before).and(Column::CreatedAt.gte(before));
    let young = tx.find::<Entity>().filter(is_young).order_by(Column::Number, Asc).one().await?;
    let old = tx.find::<Entity>().filter_if(young.map(|seal| Column::Number.lt(seal.number)));
    Ok(old.order_by(Column::Number, Desc).one().await?.map(|seal| seal.number))
}

/// Says in the trail that the entries of these seals go, and whether that is sealed.
async fn announced(store: &Store, scope: &Scope, last: i64, before: Timestamp) -> Result<bool, Problem> {
    let tx = store.write_in_any_state(scope).await?;
    let entry = AuditEntry::of_many(ACTION, RESOURCE).category(AuditCategory::System).severity(AuditSeverity::Warning);
    // Of two runs at once the other's entry may be newer, and not sealed yet: each waits for its own.
    let id = entry.id();
    tx.audit(entry.after(&json!({ "through_seal": last, "before": before }))).await?;
    tx.commit().await?;
    while seal(store, scope.organization, &scope.request_id, LATE).await? > 0 {}
    let tx = store.read_in_any_state(scope).await?;
    Ok(place_of(&tx, id).await?.is_some())
}

/// The places of the first seals up to this one, of which some are left.
async fn places(tx: &ReadTx, last: i64, limit: u64) -> Result<Vec<audit_seal_entry::Model>, Problem> {
    use audit_seal_entry::Column;
    let places = tx.find::<audit_seal_entry::Entity>().filter(Column::SealNumber.lte(last));
    places.order_by(Column::SealNumber, Asc).order_by(Column::Position, Asc).all(limit).await
}

/// Removes the entries of the first seal of which some are left, with what is personal in them. Returns whether there was one.
async fn remove_some(tx: &WriteTx, last: i64) -> Result<bool, Problem> {
    let Some(first) = places(tx, last, 1).await?.into_iter().next() else { return Ok(false) };
    let most = u64::try_from(MAX_ENTRIES).map_err(Problem::internal)?;
    let entries: Vec<_> = places(tx, first.seal_number, most).await?.into_iter().map(|place| place.audit_id).collect();
    tx.remove::<audit_detail::Entity>(audit_detail::Column::AuditId.is_in(entries.iter().copied())).await?;
    tx.remove::<audit_log::Entity>(audit_log::Column::Id.is_in(entries.iter().copied())).await?;
    tx.remove::<audit_seal_entry::Entity>(audit_seal_entry::Column::SealNumber.eq(first.seal_number)).await?;
    Ok(true)
}
