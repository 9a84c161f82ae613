//! The trail as JSON Lines, for [`verify`](crate::verify).
use super::{FORMAT, Line, PART, Part, is_last, masked, places};
use crate::sealer::behind;
use purser_entity_compliance::{audit_seal, audit_seal_entry};
use purser_entity_platform::audit_log;
use purser_kernel::ids::AuditLogId;
use purser_store::{AuditFilter, AuditLog, prelude::*};
use std::collections::HashMap;

/// What comes next.
#[derive(Clone, Debug)]
enum Stage {
    Header,
    /// Seals behind this one.
    Seals(i64),
    /// Entries behind this place in this seal.
    Sealed(i64, i32),
    /// Entries behind this one, of those that are not sealed; or of all that are asked for.
    Entries(Option<(Timestamp, AuditLogId)>),
    End,
    Over,
}

/// The trail as a file, one JSON value in each line.
#[derive(Clone, Debug)]
pub struct Lines {
    filter: AuditFilter,
    is_masked: bool,
    stage: Stage,
    /// The last seal that is in it.
    seals: i64,
    /// The last seal whose entries are in it.
    sealed: i64,
    entries: u64,
}

impl Lines {
    /// The entries that `filter` finds. Only without one the file can be verified as a whole.
    pub fn new(filter: AuditFilter) -> Self {
        Self { filter, is_masked: false, stage: Stage::Header, seals: 0, sealed: 0, entries: 0 }
    }

    /// With personal data masked, if so. It cannot be verified then.
    pub fn masked(self, is_masked: bool) -> Self {
        Self { is_masked, ..self }
    }

    /// The next part; nothing when that was all.
    pub async fn next(&mut self, tx: &ReadTx) -> Result<Option<Part>, Problem> {
        tx.scope().require(Permission::AuditRead)?;
        let mut part = Part::default();
        self.stage = match self.stage {
            Stage::Header => self.header(tx, &mut part).await?,
            Stage::Seals(after) => self.seals(tx, after, &mut part).await?,
            Stage::Sealed(seal, position) => self.sealed(tx, (seal, position), &mut part).await?,
            Stage::Entries(after) => self.entries(tx, after, &mut part).await?,
            Stage::End => {
                write(&mut part, &Line::End { entries: self.entries })?;
                Stage::Over
            }
            Stage::Over => return Ok(None),
        };
        Ok(Some(part))
    }

    async fn header(&mut self, tx: &ReadTx, part: &mut Part) -> Result<Stage, Problem> {
        let filtered = !self.filter.is_everything();
        self.seals = last_seal(tx).await?;
        let header = Line::Header {
            format: FORMAT.to_owned(),
            organization_id: tx.organization(),
            filtered,
            seals: self.seals,
            masked: self.is_masked,
        };
        write(part, &header)?;
        Ok(if filtered { Stage::Entries(None) } else { Stage::Seals(0) })
    }

    async fn seals(&self, tx: &ReadTx, after: i64, part: &mut Part) -> Result<Stage, Problem> {
        use audit_seal::Column;
        let next = Column::Number.gt(after).and(Column::Number.lte(self.seals));
        let seals = tx.find::<audit_seal::Entity>().filter(next).order_by(Column::Number, Asc).all(PART).await?;
        for seal in &seals {
            write(part, &Line::Seal(seal.into()))?;
        }
        let last = seals.last().map_or(after, |seal| seal.number);
        Ok(if is_last(seals.len()) { Stage::Sealed(self.sealed, i32::MAX) } else { Stage::Seals(last) })
    }

    async fn sealed(&mut self, tx: &ReadTx, after: (i64, i32), part: &mut Part) -> Result<Stage, Problem> {
        use audit_seal_entry::Column;
        let (seal, position) = after;
        let next = Column::SealNumber.gte(seal).and(Column::SealNumber.gt(seal).or(Column::Position.gt(position)));
        let rows = tx
            .find::<audit_seal_entry::Entity>()
            .filter(next.and(Column::SealNumber.lte(self.seals)))
            .order_by(Column::SealNumber, Asc)
            .order_by(Column::Position, Asc)
            .all(PART)
            .await?;
        let ids = audit_log::Column::Id.is_in(rows.iter().map(|row| row.audit_id));
        let logs = if rows.is_empty() { Vec::new() } else { tx.find().filter(ids).all(PART).await? };
        let logs = self.all(tx, logs).await?;
        let logs: HashMap<_, _> = logs.into_iter().map(|log| (log.entry.id, log)).collect();
        for row in &rows {
            match logs.get(&row.audit_id) {
                Some(log) => self.add(part, log, Some(row))?,
                None => self.write_entry(part, &Line::gone(row))?,
            }
        }
        let last = rows.last().map_or(after, |row| (row.seal_number, row.position));
        if !is_last(rows.len()) {
            return Ok(Stage::Sealed(last.0, last.1));
        }
        // Entries that were old may have gone meanwhile. What says so was sealed before they went, and has to be in the file.
        (self.sealed, self.seals) = (self.seals, last_seal(tx).await?);
        Ok(if self.seals > self.sealed { Stage::Seals(self.sealed) } else { Stage::Entries(None) })
    }

    /// Of a whole export those that are not sealed yet: all are looked at, because one may have been inserted anywhere.
    async fn entries(
        &mut self,
        tx: &ReadTx,
        after: Option<(Timestamp, AuditLogId)>,
        part: &mut Part,
    ) -> Result<Stage, Problem> {
        use audit_log::Column;
        let (is_whole, filter) = (self.filter.is_everything(), self.filter.clone());
        let entries = filter.find(tx)?.filter_if(after.map(behind));
        let entries = entries.order_by(Column::CreatedAt, Asc).order_by(Column::Id, Asc).all(PART).await?;
        let logs = self.all(tx, entries).await?;
        let places = places(tx, &logs).await?;
        for log in &logs {
            let place = places.get(&log.entry.id).filter(|place| place.seal_number <= self.seals);
            if !(is_whole && place.is_some()) {
                self.add(part, log, place)?;
            }
        }
        let last = logs.last().map(|log| (log.entry.created_at, log.entry.id));
        Ok(if is_last(logs.len()) { Stage::End } else { Stage::Entries(last) })
    }

    /// The entries as they are written.
    async fn all(&self, tx: &ReadTx, entries: Vec<audit_log::Model>) -> Result<Vec<AuditLog>, Problem> {
        let logs = AuditLog::all(tx, entries).await?;
        if self.is_masked { masked(tx, logs).await } else { Ok(logs) }
    }

    fn add(&mut self, part: &mut Part, log: &AuditLog, place: Option<&audit_seal_entry::Model>) -> Result<(), Problem> {
        part.ids.push(log.entry.id);
        self.write_entry(part, &Line::entry(log, place))
    }

    fn write_entry(&mut self, part: &mut Part, line: &Line) -> Result<(), Problem> {
        self.entries = self.entries.saturating_add(1);
        write(part, line)
    }
}

/// The number of the last seal; 0 before the first.
async fn last_seal(tx: &ReadTx) -> Result<i64, Problem> {
    let last = tx.find::<audit_seal::Entity>().order_by(audit_seal::Column::Number, Desc).one().await?;
    Ok(last.map_or(0, |seal| seal.number))
}

fn write(part: &mut Part, line: &Line) -> Result<(), Problem> {
    serde_json::to_writer(&mut part.bytes, line).map_err(Problem::internal)?;
    part.bytes.push(b'\n');
    Ok(())
}
