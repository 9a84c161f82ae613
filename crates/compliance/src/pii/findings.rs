//! What was found, and what people make of it.
use purser_entity_compliance::{
    pii_finding::{Column, Entity, Model, Verdict},
    pii_rule::PiiType,
};
use purser_kernel::ids::PiiFindingId;
use purser_store::{name_of, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

/// Which findings are asked for.
#[derive(Clone, Debug, Default)]
pub struct FindingFilter {
    /// Only those of this kind of resource.
    pub resource: Option<String>,
    /// Only those of this resource.
    pub resource_id: Option<Uuid>,
    /// Only those of this type.
    pub pii_type: Option<PiiType>,
    /// Only those with this verdict.
    pub verdict: Option<Verdict>,
    /// Only those that were reviewed, or were not.
    pub is_reviewed: Option<bool>,
    /// Only those that are so certain at least.
    pub min_confidence: Option<f64>,
}

/// Findings, the latest first.
pub async fn list(tx: &ReadTx, filter: FindingFilter, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::PiiRead)?;
    let min_confidence = filter.min_confidence.map(checked_confidence).transpose()?;
    let reviewed = || Column::Verdict.is_not_null();
    let is_reviewed = filter.is_reviewed.map(|is_reviewed| if is_reviewed { reviewed() } else { !reviewed() });
    tx.find::<Entity>()
        .filter_if(filter.resource.map(|resource| Column::Resource.eq(resource)))
        .filter_if(filter.resource_id.map(|id| Column::ResourceId.eq(id)))
        .filter_if(filter.pii_type.map(|pii_type| Column::PiiType.eq(pii_type)))
        .filter_if(filter.verdict.map(|verdict| Column::Verdict.eq(verdict)))
        .filter_if(is_reviewed)
        .filter_if(min_confidence.map(|least| Column::Confidence.gte(least)))
        .page(page)
        .await
}

/// One finding.
pub async fn get(tx: &ReadTx, id: PiiFindingId) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiRead)?;
    tx.get::<Entity>(id).await
}

/// Writes down what a person makes of a finding. Another verdict takes the place of the one before; the same one changes nothing.
pub async fn review(tx: &WriteTx, id: PiiFindingId, verdict: Verdict) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiManage)?;
    let before = tx.get_for_update::<Entity>(id).await?;
    if before.verdict == Some(verdict) {
        return Ok(before);
    }
    let was = view(&before);
    let (now, person) = (tx.now(), tx.scope().actor.user());
    let finding = tx
        .update(before, |row| {
            row.verdict = Set(Some(verdict));
            row.reviewed_by = Set(person);
            row.reviewed_at = Set(Some(now));
        })
        .await?;
    let entry = AuditEntry::new("pii_finding.review", "pii_finding", id);
    tx.audit(entry.before(&was).after(&view(&finding))).await?;
    Ok(finding)
}

fn checked_confidence(least: f64) -> Result<f64, Problem> {
    if (0.0..=1.0).contains(&least) {
        return Ok(least);
    }
    Err(Problem::invalid("/min_confidence", "out_of_range", "must be from 0 to 1"))
}

/// A finding as the audit trail shows it.
fn view(finding: &Model) -> Value {
    json!({
        "resource": finding.resource,
        "resource_id": finding.resource_id,
        "field": finding.field,
        "pii_type": name_of(&finding.pii_type),
        "verdict": finding.verdict.as_ref().map(name_of),
    })
}
