//! Personal data leaves the trail, and the trail stays whole: seals cover its hash.
use purser_entity_platform::{
    audit_detail,
    audit_log::{self, Column},
};
use purser_kernel::{ids::AuditLogId, text};
use purser_store::{AuditCategory, AuditSeverity, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

/// Entries in one look.
const LOOK: u64 = 1_000;
/// Looks in one transaction: others want to write, too.
const LOOKS: usize = 10;
const MAX_REASON: usize = 500;

/// What is erased. At least an actor or a resource is named: nobody empties the whole trail by leaving something out.
#[derive(Clone, Debug, Default)]
pub struct Erasure {
    /// Of entries about what this actor did: where they were, and with what.
    pub actor_id: Option<Uuid>,
    /// Of entries about this resource: what it said about people.
    pub resource_id: Option<Uuid>,
    /// Only of entries that were written before.
    pub until: Option<Moment>,
    /// Why, for whoever asks later.
    pub reason: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Entries whose personal data is gone.
    pub erased: u64,
    /// Where to go on, when that was not all.
    pub next: Option<AuditLogId>,
}

/// `unknown_reference` for what nothing in the trail is about.
async fn known(
    tx: &WriteTx,
    actor: Option<Uuid>,
    resource: Option<Uuid>,
    after: Option<AuditLogId>,
) -> Result<(), Problem> {
    let asked = [
        ("/actor_id", "actor", actor.map(|id| Column::ActorId.eq(id))),
        ("/resource_id", "resource", resource.map(|id| Column::ResourceId.eq(id))),
        ("/after", "audit log", after.map(|id| Column::Id.eq(id))),
    ];
    for (pointer, what, filter) in asked {
        if let Some(filter) = filter
            && !tx.find::<audit_log::Entity>().filter(filter).exists().await?
        {
            return Err(Problem::unknown_reference(pointer, what));
        }
    }
    Ok(())
}

/// Erases what is personal in entries of the trail, for good, and writes down that it was done. Ten thousand entries are looked at; if
/// there are more, `after` goes on behind them.
///
/// Twice is as good as once. `validation_failed` when neither an actor nor a resource is named.
pub async fn erase(tx: &WriteTx, erasure: Erasure, after: Option<AuditLogId>) -> Result<Erased, Problem> {
    tx.scope().require(Permission::AuditErase)?;
    let Erasure { actor_id, resource_id, until, reason } = erasure;
    let reason = text::line("/reason", &reason, MAX_REASON)?;
    if actor_id.is_none() && resource_id.is_none() {
        let message = "name an actor or a resource";
        return Err(Problem::invalid("/resource_id", "required", message));
    }
    known(tx, actor_id, resource_id, after).await?;
    let (mut erased, mut next) = (0, after);
    for _ in 0..LOOKS {
        let entries = tx
            .find::<audit_log::Entity>()
            .without(Column::Changes, Value::Null)
            .filter(Column::DetailsHash.is_not_null())
            .filter_if(actor_id.map(|id| Column::ActorId.eq(id)))
            .filter_if(resource_id.map(|id| Column::ResourceId.eq(id)))
            .filter_if(until.map(|time| Column::CreatedAt.lt(time)))
            .filter_if(next.map(|id| Column::Id.gt(id)))
            .order_by(Column::Id, Asc)
            .all(LOOK)
            .await?;
        if !entries.is_empty() {
            let of_these = audit_detail::Column::AuditId.is_in(entries.iter().map(|entry| entry.id));
            erased += tx.remove::<audit_detail::Entity>(of_these).await?;
        }
        let is_last = u64::try_from(entries.len()).unwrap_or(LOOK) < LOOK;
        next = entries.last().map(|entry| entry.id).filter(|_| !is_last);
        if is_last {
            break;
        }
    }
    let about =
        json!({ "actor": actor_id, "resource": resource_id, "until": until, "reason": reason, "erased": erased });
    let entry = AuditEntry::of_many("audit_log.erase_details", "audit_log").category(AuditCategory::Security);
    tx.audit(entry.severity(AuditSeverity::Warning).after(&about)).await?;
    Ok(Erased { erased, next })
}
