//! Holds what an export says against its seals.
use super::{
    Finding, Report,
    trail::{Row, Sealed, Trail},
};
use crate::{
    leaf::time,
    merkle::{Hash, root},
    sealer::LATE,
    seals::Seal,
    statement::{PublicKey, before_the_first},
};
use purser_kernel::{Timestamp, hex};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

pub(super) fn report(mut trail: Trail, keys: &[PublicKey], roots: &[Hash]) -> Report {
    let mut findings = std::mem::take(&mut trail.findings);
    match trail.header {
        None => findings.insert(0, Finding::NoHeader),
        // Every line says so again.
        Some(header) if header.masked => findings = vec![Finding::Masked],
        Some(header) if header.filtered => findings.insert(0, Finding::Filtered),
        Some(_) => {}
    }
    let is_checked = trail.header.is_some_and(|header| !header.filtered && !header.masked);
    let last = trail.seals.last_key_value().map(|(number, seal)| (*number, seal.statement.merkle_root.clone()));
    let mut report = Report {
        organization: trail.header.map(|header| header.organization),
        seals: trail.seals.len(),
        sealed: trail.sealed.values().filter(|sealed| sealed.row.is_some()).count(),
        open: trail.open.len(),
        erased: trail.erased,
        expired: 0,
        ahead: 0,
        last,
        findings,
    };
    if !is_checked {
        return report;
    }
    if trail.end != Some(trail.entries) {
        report.findings.push(Finding::Incomplete);
    }
    let mut checked = Check { trail, keys, findings: Vec::new(), expired: 0, ahead: 0 };
    checked.run(roots);
    (report.expired, report.ahead) = (checked.expired, checked.ahead);
    // What is wrong with an entry as it was sealed says more than what is wrong with its line.
    checked.findings.append(&mut report.findings);
    report.findings = checked.findings;
    report
}

/// As many as anybody reads. Whoever made the file says how many seals and entries there should be.
const MOST_FINDINGS: usize = 10_000;

struct Check<'k> {
    trail: Trail,
    keys: &'k [PublicKey],
    findings: Vec<Finding>,
    /// Entries of seals up to this one are rightly missing.
    expired: i64,
    /// Seals that were closed by a clock that was ahead.
    ahead: usize,
}

/// When a seal was closed, and until when its entries were written.
struct Closed {
    number: i64,
    through: Timestamp,
    /// As it says itself.
    said: Timestamp,
    /// Not later than those behind it were. Where one of these says an earlier time, it was closed by a clock that was ahead.
    at: Timestamp,
}

fn number(seal: &Seal) -> i64 {
    seal.statement.number
}

/// The times of these seals, which are signed and stand in their order.
fn closed<'s>(signed: impl DoubleEndedIterator<Item = &'s Seal>) -> Vec<Closed> {
    let mut behind: Option<Timestamp> = None;
    let mut closed: Vec<_> = signed
        .rev()
        .filter_map(|Seal { statement, .. }| {
            let (through, said) = (statement.through.parse().ok()?, statement.sealed_at.parse().ok()?);
            let at = behind.map_or(said, |behind| behind.min(said));
            behind = Some(at);
            Some(Closed { number: statement.number, through, said, at })
        })
        .collect();
    closed.reverse();
    closed
}

impl Check<'_> {
    fn run(&mut self, roots: &[Hash]) {
        let last = self.trail.header.map_or(0, |header| header.seals);
        let seals = std::mem::take(&mut self.trail.seals);
        let numbers = last.max(seals.last_key_value().map_or(0, |(number, _)| *number));
        self.expired = self.expired(&seals);
        let signed: HashSet<i64> = seals.values().filter(|seal| self.is_signed(seal)).map(number).collect();
        let closed = closed(seals.values().filter(|seal| signed.contains(&number(seal))));
        self.ahead = closed.iter().filter(|seal| seal.said - seal.at > LATE).count();
        let (mut previous, mut missing) = (Some(hex::encode(&before_the_first())), HashSet::new());
        for number in 1..=numbers {
            if self.findings.len() >= MOST_FINDINGS {
                break;
            }
            let Some(seal) = seals.get(&number) else {
                self.findings.push(Finding::SealMissing { seal: number });
                missing.insert(number);
                // What follows cannot be compared with it.
                previous = None;
                continue;
            };
            self.seal(seal, signed.contains(&number), previous.as_deref());
            let before = closed.partition_point(|seal| seal.number < number);
            self.entries(seal, closed.get(..before).unwrap_or_default());
            previous = Some(seal.statement.merkle_root.clone());
        }
        self.left(&missing, &closed);
        for root in roots.iter().map(|root| hex::encode(root)) {
            if !seals.values().any(|seal| seal.statement.merkle_root == root) {
                self.findings.push(Finding::RootMissing { root });
            }
        }
    }

    /// Up to which seal entries are rightly missing: what the newest entry says about it that is whole in a seal which is signed. Where a
    /// seal was changed, or an entry was slipped into one, nothing is rightly missing because of it.
    fn expired(&self, seals: &BTreeMap<i64, Seal>) -> i64 {
        let said =
            self.trail.sealed.iter().filter_map(|((seal, _), place)| Some((*seal, place.row.as_ref()?.expires?)));
        let mut said: Vec<_> = said.filter(|(seal, last)| last < seal).collect();
        said.sort_by_key(|(_, last)| Reverse(*last));
        let holds = |seal: &Seal| self.is_signed(seal) && self.is_whole(seal);
        said.into_iter().find(|(seal, _)| seals.get(seal).is_some_and(holds)).map_or(0, |(_, last)| last)
    }

    fn is_signed(&self, Seal { statement, signature }: &Seal) -> bool {
        let is_ours = self.trail.header.is_some_and(|header| header.organization == statement.organization_id);
        is_ours && hex::decode::<64>(signature).is_some_and(|signature| statement.is_signed(&signature, self.keys))
    }

    /// Whether every entry of the seal is there and gives its root.
    fn is_whole(&self, Seal { statement, .. }: &Seal) -> bool {
        let entry = |position| Some(self.trail.sealed.get(&(statement.number, position))?.row.as_ref()?.leaf);
        let leaves: Option<Vec<Hash>> = (0..statement.count.max(0)).map(entry).collect();
        leaves.is_some_and(|leaves| hex::encode(&root(&leaves)) == statement.merkle_root)
    }

    fn seal(&mut self, Seal { statement, .. }: &Seal, is_signed: bool, previous: Option<&str>) {
        let seal = statement.number;
        if !is_signed {
            self.findings.push(Finding::SealChanged { seal, key: statement.key_id.clone() });
        } else if previous.is_some_and(|previous| previous != statement.previous_root) {
            self.findings.push(Finding::SealOutOfPlace { seal });
        }
    }

    /// The entries of a seal, in their order.
    fn entries(&mut self, Seal { statement, .. }: &Seal, closed: &[Closed]) {
        let (number, mut leaves, mut rows) = (statement.number, Vec::new(), Vec::new());
        let (before, may_miss) = (self.findings.len(), number <= self.expired);
        let mut is_whole = true;
        for position in 0..statement.count.max(0) {
            if self.findings.len() >= MOST_FINDINGS {
                break;
            }
            let Some(Sealed { audit_id, leaf, row, .. }) = self.trail.sealed.remove(&(number, position)) else {
                is_whole = false;
                if !may_miss {
                    self.findings.push(Finding::Removed { id: None, seal: number, position });
                }
                continue;
            };
            leaves.extend(leaf);
            match row {
                None if may_miss => is_whole = false,
                None => self.findings.push(Finding::Removed { id: Some(audit_id), seal: number, position }),
                Some(row) if Some(row.leaf) != leaf || row.id != audit_id => {
                    self.findings.push(Finding::Changed { id: audit_id, seal: number, position, line: row.line });
                }
                Some(row) => {
                    self.late(&row, closed);
                    rows.push((position, row));
                }
            }
        }
        // Whatever is named already is why.
        if is_whole && self.findings.len() == before && hex::encode(&root(&leaves)) != statement.merkle_root {
            self.findings.extend(out_of_order(number, &rows).or_else(|| leaves_changed(number, &rows)));
        }
    }

    /// Appeared long after its time, as what was committed late does not: a seal over later entries was closed without it.
    fn late(&mut self, row: &Row, closed: &[Closed]) {
        // None was closed later than those behind it.
        let mut long_after = closed.iter().rev().take_while(|seal| seal.at - row.time > LATE);
        let later = long_after.find(|seal| seal.through > row.time);
        self.findings.extend(later.map(|seal| Finding::InsertedLater {
            id: row.id,
            time: time(row.time),
            seal: seal.number,
            closed: time(seal.at),
            line: row.line,
        }));
    }

    /// Entries that say they are sealed where no seal has a place for them, and those that are not sealed yet.
    fn left(&mut self, missing: &HashSet<i64>, closed: &[Closed]) {
        let mut left: Vec<_> = self.trail.sealed.drain().filter(|((seal, _), _)| !missing.contains(seal)).collect();
        left.sort_by_key(|(at, _)| *at);
        for ((seal, _), Sealed { audit_id, row, line, .. }) in left {
            let id = row.map_or(audit_id, |row| row.id);
            self.findings.push(Finding::Inserted { id, seal, line });
        }
        for row in std::mem::take(&mut self.trail.open) {
            self.late(&row, closed);
        }
    }
}

/// The first entry that is not where its time and id put it: so they were sealed.
fn out_of_order(seal: i64, rows: &[(i32, Row)]) -> Option<Finding> {
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|(_, row)| (row.time, row.id));
    let mut pairs = rows.iter().zip(sorted);
    let ((position, row), _) = pairs.find(|((_, row), (_, right))| row.id != right.id)?;
    Some(Finding::Moved { id: row.id, seal, position: *position, line: row.line })
}

fn leaves_changed(seal: i64, rows: &[(i32, Row)]) -> Option<Finding> {
    let ((_, first), (_, last)) = (rows.first()?, rows.last()?);
    Some(Finding::LeavesChanged { seal, first: first.id, last: last.id })
}
