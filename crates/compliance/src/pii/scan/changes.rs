//! What a look at texts changes in what was found before.
use super::super::{Hit, marks::Mark};
use purser_entity_compliance::pii_finding::{ActiveModel, Column, Entity, Model, Verdict};
use purser_kernel::ids::PiiRuleId;
use purser_store::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A value in a field, by one rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    resource_id: Uuid,
    field: String,
    rule: PiiRuleId,
    mark: Mark,
}

impl Place {
    fn of(row: &Model) -> Self {
        Self { resource_id: row.resource_id, field: row.field.clone(), rule: row.rule_id, mark: row.mark.clone() }
    }
}

/// Findings as they were, and what becomes of them.
pub(super) struct Changes {
    resource: &'static str,
    /// Those that were not met yet.
    before: HashMap<(Place, i32), Model>,
    /// Values that somebody said are none.
    false_alarms: HashSet<Place>,
    /// How often each value was met.
    met: HashMap<Place, i32>,
    new: Vec<ActiveModel>,
    moved: Vec<Model>,
    /// How many there are now.
    count: usize,
}

impl Changes {
    pub(super) fn new(resource: &'static str, before: Vec<Model>) -> Self {
        let is_false = |row: &&Model| row.verdict == Some(Verdict::FalseAlarm);
        Self {
            resource,
            false_alarms: before.iter().filter(is_false).map(Place::of).collect(),
            before: before.into_iter().map(|row| ((Place::of(&row), row.occurrence), row)).collect(),
            met: HashMap::new(),
            new: Vec::new(),
            moved: Vec::new(),
            count: 0,
        }
    }

    /// A value stands there, with its marks, the newest first.
    pub(super) fn add(&mut self, resource_id: Uuid, field: &str, hit: &Hit, marks: Vec<Mark>) {
        let place = |mark| Place { resource_id, field: field.to_owned(), rule: hit.rule, mark };
        let mut places: Vec<Place> = marks.into_iter().map(place).collect();
        let Some(newest) = places.first().cloned() else {
            return;
        };
        let times = self.met.entry(newest.clone()).or_insert(0);
        let occurrence = *times;
        *times = times.saturating_add(1);
        let start_offset = i32::try_from(hit.span.start).unwrap_or(i32::MAX - 1);
        let end_offset = i32::try_from(hit.span.end).unwrap_or(i32::MAX);
        let is_false = places.iter().any(|place| self.false_alarms.contains(place));
        let before = places.drain(..).find_map(|place| self.before.remove(&(place, occurrence)));
        match before {
            // What was not reviewed goes when the same value beside it is none.
            Some(row) if is_false && row.verdict.is_none() => {
                self.before.insert((Place::of(&row), row.occurrence), row);
            }
            Some(row) => {
                self.count = self.count.saturating_add(1);
                let is_same = (row.start_offset, row.end_offset) == (start_offset, end_offset)
                    && row.confidence.total_cmp(&hit.confidence).is_eq();
                if !is_same {
                    self.moved.push(Model { start_offset, end_offset, confidence: hit.confidence, ..row });
                }
            }
            None if is_false => {}
            None => {
                self.count = self.count.saturating_add(1);
                self.new.push(ActiveModel {
                    rule_id: Set(hit.rule),
                    resource: Set(self.resource.to_owned()),
                    resource_id: Set(resource_id),
                    field: Set(newest.field),
                    pii_type: Set(hit.pii_type),
                    start_offset: Set(start_offset),
                    end_offset: Set(end_offset),
                    confidence: Set(hit.confidence),
                    mark: Set(newest.mark),
                    occurrence: Set(occurrence),
                    verdict: Set(None),
                    reviewed_by: Set(None),
                    reviewed_at: Set(None),
                    ..Default::default()
                });
            }
        }
    }

    /// Writes the changes, and says how many findings there are now. What somebody said is none is kept as long as its resource, so that
    /// it does not come back with the value.
    pub(super) async fn write(self, tx: &WriteTx, present: &HashSet<Uuid>) -> Result<usize, Problem> {
        let is_over = |row: &&Model| row.verdict != Some(Verdict::FalseAlarm) || !present.contains(&row.resource_id);
        let gone: Vec<_> = self.before.values().filter(is_over).map(|row| row.id).collect();
        if !gone.is_empty() {
            tx.remove::<Entity>(Column::Id.is_in(gone)).await?;
        }
        tx.upsert_many(self.moved, [Column::StartOffset, Column::EndOffset, Column::Confidence]).await?;
        tx.insert_many(self.new).await?;
        Ok(self.count)
    }
}
