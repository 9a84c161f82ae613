//! What becomes of the rows of a batch.
use super::{
    Cells, Change, Reach, Sheet,
    report::{CellChange, CellError, Outcome, RowReport},
};
use purser_kernel::{FieldError, Problem};
use purser_store::ReadTx;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The keys that a file has had so far, with the rows that they stand in: the first half of a SHA-256, so that a key takes the same
/// few bytes whatever its length.
#[derive(Default)]
pub(super) struct SeenKeys(HashMap<[u8; 16], u32>);

impl SeenKeys {
    /// Keeps the key; the row that has it already, if there is one.
    fn row_before(&mut self, key: &str, row: u64) -> Option<u32> {
        let digest = Sha256::digest(key);
        let digest = digest.first_chunk().copied().unwrap_or_default();
        let seen = self.0.get(&digest).copied();
        if seen.is_none() {
            self.0.insert(digest, u32::try_from(row).unwrap_or(u32::MAX));
        }
        seen
    }
}

/// What becomes of each row, and what is to be written for it.
pub(super) async fn judge<S: Sheet>(
    sheet: &S,
    reach: Reach<'_>,
    seen: &mut SeenKeys,
    batch: &[Cells],
) -> Result<Vec<(RowReport, Option<Change<S::Row>>)>, Problem> {
    let keys: Vec<Result<String, CellError>> = batch.iter().map(|cells| key(sheet, seen, cells)).collect();
    let wanted: Vec<String> = keys.iter().flatten().cloned().collect();
    let mut stored = sheet.stored(reach, &wanted).await?;
    let stored: Vec<Option<S::Row>> = keys.iter().map(|key| stored.remove(key.as_ref().ok()?)).collect();
    let readable = batch.iter().zip(&stored).zip(&keys).filter(|(_, key)| key.is_ok());
    let readable: Vec<_> = readable.map(|((cells, before), _)| (cells, before.as_ref())).collect();
    let known = sheet.known(reach.tx(), &readable).await?;
    let rows = batch.iter().zip(keys).zip(stored);
    rows.map(|((cells, key), before)| {
        let judged = match key {
            Ok(_) => judge_one(sheet, reach.tx(), &known, cells, before)?,
            Err(error) => Judged::Refused(vec![error]),
        };
        Ok(judged.reported::<S>(cells))
    })
    .collect()
}

/// The key of a row that can be looked up.
fn key<S: Sheet>(sheet: &S, seen: &mut SeenKeys, cells: &Cells) -> Result<String, CellError> {
    let (width, given) = (cells.header.width, cells.record.len());
    if given != width {
        let message = format!("has {given} cells and the header {width}");
        return Err(CellError::new(None, "wrong_number_of_cells", message));
    }
    // PostgreSQL keeps no NUL and looks for none.
    if cells.record.as_slice().contains('\0') {
        return Err(CellError::new(None, "control_character", "must not contain the character U+0000"));
    }
    let column = S::COLUMNS.first().copied();
    let key = sheet.key(column.and_then(|column| cells.get(column)).unwrap_or_default());
    if key.is_empty() {
        return Err(CellError::new(column, "required", "must not be empty"));
    }
    match seen.row_before(&key, cells.row) {
        Some(row) => Err(CellError::new(column, "duplicate", format!("stands in row {row} already"))),
        None => Ok(key),
    }
}

enum Judged<R> {
    Written(Change<R>, Vec<CellChange>),
    Unchanged,
    Refused(Vec<CellError>),
}

fn judge_one<S: Sheet>(
    sheet: &S,
    tx: &ReadTx,
    known: &S::Known,
    cells: &Cells,
    before: Option<S::Row>,
) -> Result<Judged<S::Row>, Problem> {
    let was = before.as_ref().map(|row| sheet.cells(row));
    // What is stored as the file says it needs no look at the rules, which may have been others when it was written.
    if was.as_ref().is_some_and(|was| same(was, cells)) {
        return Ok(Judged::Unchanged);
    }
    let missing = S::REQUIRED.iter().filter(|column| before.is_none() && cells.get(column).is_none());
    let missing: Vec<CellError> =
        missing.map(|column| CellError::new(Some(column), "required", "is needed for what is not there yet")).collect();
    if !missing.is_empty() {
        return Ok(Judged::Refused(missing));
    }
    let after = match sheet.after(tx, known, cells, before.as_ref()) {
        Ok(after) => after,
        Err(problem) => return refused(problem, cells).map(Judged::Refused),
    };
    let changes = was.map_or_else(Vec::new, |was| changes(cells, was, sheet.cells(&after)));
    if before.is_some() && changes.is_empty() {
        return Ok(Judged::Unchanged);
    }
    Ok(Judged::Written(Change { before, after }, changes))
}

fn same(was: &[String], cells: &Cells) -> bool {
    cells.header.present().all(|(position, column)| was.get(position).map(String::as_str) == cells.get(column))
}

fn changes(cells: &Cells, was: Vec<String>, is: Vec<String>) -> Vec<CellChange> {
    let both: Vec<(String, String)> = was.into_iter().zip(is).collect();
    let present = cells.header.present().filter_map(|(position, column)| Some((column, both.get(position)?)));
    let changed = present.filter(|(_, (from, to))| from != to);
    changed.map(|(column, (from, to))| CellChange { column, from: from.clone(), to: to.clone() }).collect()
}

/// The errors of a row. What broke inside is no row's error.
fn refused(problem: Problem, cells: &Cells) -> Result<Vec<CellError>, Problem> {
    if problem.kind().status >= 500 {
        return Err(problem);
    }
    if problem.errors().is_empty() {
        let document = problem.document();
        let pointer = document.get("pointer").and_then(Value::as_str).unwrap_or_default();
        let error = FieldError::new(pointer, problem.kind().id, problem.kind().title);
        return Ok(vec![CellError::of(error, &cells.header)]);
    }
    Ok(problem.into_errors().into_iter().map(|error| CellError::of(error, &cells.header)).collect())
}

impl<R> Judged<R> {
    fn reported<S: Sheet<Row = R>>(self, cells: &Cells) -> (RowReport, Option<Change<R>>) {
        let key = S::COLUMNS.first().and_then(|column| cells.get(column)).unwrap_or_default().to_owned();
        let report = |outcome, changes, errors| RowReport { row: cells.row, key, outcome, changes, errors };
        match self {
            Self::Written(change, changes) => {
                let outcome = if change.before.is_some() { Outcome::Changed } else { Outcome::Created };
                (report(outcome, changes, Vec::new()), Some(change))
            }
            Self::Unchanged => (report(Outcome::Unchanged, Vec::new(), Vec::new()), None),
            Self::Refused(errors) => (report(Outcome::Refused, Vec::new(), errors), None),
        }
    }
}
