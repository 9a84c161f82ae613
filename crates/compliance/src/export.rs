//! The trail as a file, part by part.
//!
//! [`Lines`] is the form that [`verify`](crate::verify) checks: one JSON value in each line. A header comes first, then every seal, then the
//! entries in the order in which they were sealed, then those that are not sealed yet, then a line that says that this is all.
//! [`Sheet`] is for people: CSV, with the same filters.
//!
//! Either form can be had with personal data masked. Then it is no proof any more: what was hashed is not in it.
//!
//! Each part is a transaction of its own, so that none waits for a slow reader. What is sealed while the sealed entries are written comes after
//! them, with its seals; what is sealed after that is exported as not sealed yet.
mod line;
mod lines;
mod sheet;

pub use line::{Details, FORMAT, Line, Place};
pub use lines::Lines;
pub use sheet::Sheet;

use crate::pii::{mask, rules};
use purser_entity_compliance::audit_seal_entry;
use purser_kernel::ids::AuditLogId;
use purser_store::{AuditLog, prelude::*};
use std::collections::HashMap;

/// Rows of one part.
const PART: u64 = 500;

/// A part of the file.
#[derive(Debug, Default)]
pub struct Part {
    /// What comes next in the file; empty where there was nothing to write.
    pub bytes: Vec<u8>,
    /// The entries in it.
    pub ids: Vec<AuditLogId>,
}

/// The entries with personal data masked: what is kept as personal as a whole, and what is found in the rest.
async fn masked(tx: &ReadTx, mut logs: Vec<AuditLog>) -> Result<Vec<AuditLog>, Problem> {
    let detector = rules::detector(tx).await?;
    for log in &mut logs {
        mask::json(&detector, &mut log.entry.changes);
        if let Some(details) = &mut log.details {
            mask::personal(&mut details.details);
        }
    }
    Ok(logs)
}

/// Where these entries are sealed.
async fn places(tx: &ReadTx, entries: &[AuditLog]) -> Result<HashMap<AuditLogId, audit_seal_entry::Model>, Problem> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let limit = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let ids = audit_seal_entry::Column::AuditId.is_in(entries.iter().map(|log| log.entry.id));
    let rows = tx.find::<audit_seal_entry::Entity>().filter(ids).all(limit).await?;
    Ok(rows.into_iter().map(|row| (row.audit_id, row)).collect())
}

/// Whether a part of so many rows was the last.
fn is_last(rows: usize) -> bool {
    u64::try_from(rows).unwrap_or(PART) < PART
}
