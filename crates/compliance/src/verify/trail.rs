//! What an export says, gathered from its lines in whatever order they stand.
use super::Finding;
use crate::{
    export::{Details, FORMAT, Line, Place},
    leaf::leaf,
    merkle::Hash,
    retention::trail as retention,
    seals::Seal,
};
use purser_kernel::{OrganizationId, Timestamp, hex, ids::AuditLogId};
use purser_store::details_hash;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// What the header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) organization: OrganizationId,
    pub(super) filtered: bool,
    pub(super) masked: bool,
    pub(super) seals: i64,
}

/// An entry that is there.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: AuditLogId,
    pub(super) time: Timestamp,
    /// As it is now.
    pub(super) leaf: Hash,
    pub(super) line: usize,
    /// Where it says that the entries of the seals up to this one were removed because they were old.
    pub(super) expires: Option<i64>,
}

/// A place in a seal, and what is there.
#[derive(Clone, Debug)]
pub(super) struct Sealed {
    pub(super) audit_id: AuditLogId,
    /// As it was sealed.
    pub(super) leaf: Option<Hash>,
    /// Nothing where the entry is gone.
    pub(super) row: Option<Row>,
    pub(super) line: usize,
}

/// What an export says.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) header: Option<Header>,
    pub(super) seals: BTreeMap<i64, Seal>,
    /// By seal and position.
    pub(super) sealed: HashMap<(i64, i32), Sealed>,
    /// Not sealed yet.
    pub(super) open: Vec<Row>,
    pub(super) erased: usize,
    /// How many entries the last line counts.
    pub(super) end: Option<u64>,
    pub(super) entries: u64,
    /// What is wrong with single lines, in their order.
    pub(super) findings: Vec<Finding>,
}

impl Trail {
    pub(super) fn read(&mut self, number: usize, line: &str) {
        // A byte-order mark is some editor's; an empty line is nobody's loss.
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            return;
        }
        match serde_json::from_str::<Line>(line) {
            Ok(line) => self.take(number, line),
            Err(error) => self.findings.push(Finding::Unreadable { line: number, why: error.to_string() }),
        }
    }

    fn take(&mut self, number: usize, line: Line) {
        match line {
            Line::Header { format, organization_id, filtered, seals, masked } => {
                if format == FORMAT && self.header.is_none() {
                    self.header = Some(Header { organization: organization_id, filtered, masked, seals });
                } else {
                    let why = format!("it is a header of {format}, or another one");
                    self.findings.push(Finding::Unreadable { line: number, why });
                }
            }
            Line::Seal(seal) => {
                let number = seal.statement.number;
                if self.seals.insert(number, seal).is_some() {
                    self.findings.push(Finding::SealTwice { seal: number });
                }
            }
            Line::Entry { entry, details, place } => {
                self.entries += 1;
                self.entry(number, entry, details, place);
            }
            Line::End { entries } => self.end = Some(entries),
        }
    }

    fn entry(&mut self, line: usize, entry: Option<Value>, details: Option<Details>, place: Option<Place>) {
        let row = match entry.as_ref().map(|entry| row(line, entry)).transpose() {
            Ok(row) => row,
            Err(why) => return self.findings.push(Finding::Unreadable { line, why: why.to_owned() }),
        };
        if let (Some(row), Some(entry)) = (&row, &entry) {
            self.details(row, entry, details);
        }
        match (place, row) {
            (Some(place), row) => self.place(line, place, row),
            (None, Some(row)) => self.open.push(row),
            (None, None) => {
                let why = "it is neither an entry nor the place of one".to_owned();
                self.findings.push(Finding::Unreadable { line, why });
            }
        }
    }

    fn place(&mut self, line: usize, place: Place, row: Option<Row>) {
        let at = (place.seal, place.position);
        let id = row.as_ref().map_or(place.audit_id, |row| row.id);
        if self.sealed.contains_key(&at) {
            return self.findings.push(Finding::Inserted { id, seal: place.seal, line });
        }
        let sealed = Sealed { audit_id: place.audit_id, leaf: hex::decode(&place.leaf), row, line };
        self.sealed.insert(at, sealed);
    }

    /// What is personal was not changed: either it is what the entry has the hash of, or it is gone.
    fn details(&mut self, row: &Row, entry: &Value, details: Option<Details>) {
        let hash = entry.get("details_hash").and_then(Value::as_str);
        let is_right = match (hash, details) {
            (Some(_), None) => {
                self.erased += 1;
                true
            }
            (None, None) => true,
            (hash, Some(details)) => {
                let made =
                    hex::decode::<32>(&details.salt).map(|salt| hex::encode(&details_hash(&salt, &details.data)));
                made.as_deref() == hash && made.is_some()
            }
        };
        if !is_right {
            self.findings.push(Finding::DetailsChanged { id: row.id, line: row.line });
        }
    }
}

fn row(line: usize, entry: &Value) -> Result<Row, &'static str> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let id = text("id").and_then(|id| id.parse().ok()).ok_or("the entry has no id")?;
    let time = text("created_at").and_then(|time| time.parse().ok()).ok_or("the entry has no time")?;
    let expires = text("action").filter(|action| *action == retention::ACTION).and(entry.get("changes"));
    Ok(Row { id, time, leaf: leaf(entry), line, expires: expires.and_then(retention::through_seal) })
}
