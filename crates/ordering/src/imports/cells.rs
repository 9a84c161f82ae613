//! The cells of one row.
use super::header::Header;
use csv::StringRecord;
use purser_kernel::{Patch, Problem, formula};
use std::sync::Arc;

/// The cells of one row, by the names of their columns.
#[derive(Debug)]
pub struct Cells {
    /// The row's number as a spreadsheet shows it, which counts lines without anything in them, too.
    pub(super) row: u64,
    pub(super) record: StringRecord,
    pub(super) header: Arc<Header>,
}

impl Cells {
    /// What the cell says, trimmed. `None` when the file has no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        let cell = self.record.get(self.header.place(column)?)?;
        Some(formula::restored(cell.trim()))
    }

    /// A text that cannot be empty: an empty cell is refused by whoever checks it.
    pub fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// A text that may be empty: an empty cell empties it.
    pub fn patch(&self, column: &str) -> Patch<String> {
        match self.get(column) {
            None => Patch::Absent,
            Some("") => Patch::Null,
            Some(text) => Patch::Value(text.to_owned()),
        }
    }

    /// A list, one entry in each line of the cell.
    pub fn list(&self, column: &str) -> Option<Vec<String>> {
        let entries = self.get(column)?.lines().map(str::trim).filter(|entry| !entry.is_empty());
        Some(entries.map(str::to_owned).collect())
    }

    /// `true` or `false`, `yes` or `no`, `1` or `0`.
    pub fn flag(&self, column: &str) -> Result<Option<bool>, Problem> {
        let Some(cell) = self.get(column) else {
            return Ok(None);
        };
        match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Some(true)),
            "false" | "no" | "0" => Ok(Some(false)),
            _ => Err(Problem::invalid(format!("/{column}"), "not_a_boolean", "must be true or false")),
        }
    }
}

/// A list as one cell.
pub(crate) fn joined(entries: &[String]) -> String {
    entries.join("\n")
}
