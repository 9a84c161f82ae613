//! What an import does or would do, row by row.
use super::{CsvFile, header::Header, token::Token};
use purser_kernel::FieldError;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Rows of each kind that a report names one by one.
const MAX_TOLD: usize = 200;
/// Characters of a cell that a report shows.
const MAX_SHOWN: usize = 200;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing with its key.
    Created,
    /// Something is different from what is stored.
    Changed,
    /// All of it is stored already.
    Unchanged,
    /// It is left out; see the errors.
    Refused,
}

/// A cell that differs from what is stored.
#[derive(Clone, Debug)]
pub struct CellChange {
    /// The column.
    pub column: &'static str,
    /// What is stored.
    pub from: String,
    /// What the file says.
    pub to: String,
}

/// What is wrong with a row.
#[derive(Clone, Debug)]
pub struct CellError {
    /// The column, if it is one column's fault.
    pub column: Option<&'static str>,
    /// Stable name of the fault.
    pub code: Cow<'static, str>,
    /// The fault, for people.
    pub message: String,
}

impl CellError {
    pub(super) fn new(column: Option<&'static str>, code: &'static str, message: impl Into<String>) -> Self {
        Self { column, code: Cow::Borrowed(code), message: message.into() }
    }

    /// A field's fault, at the column that the field stands in: `/aliases/3` in `aliases`, `/address/city` in `address_city`.
    pub(super) fn of(error: FieldError, header: &Header) -> Self {
        let path = error.pointer.trim_start_matches('/');
        let column = header.column(&path.replace('/', "_")).or_else(|| header.column(path.split('/').next()?));
        Self { column, code: error.code, message: error.message }
    }
}

/// What becomes of one row, and why.
#[derive(Clone, Debug)]
pub struct RowReport {
    /// The row's number as a spreadsheet shows it: the header is 1 unless blank rows stand before it.
    pub row: u64,
    /// What it is known by.
    pub key: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What changes.
    pub changes: Vec<CellChange>,
    /// Why it is refused.
    pub errors: Vec<CellError>,
}

/// How many rows have which outcome.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    /// All rows.
    pub total: u64,
    /// Of these, [`Outcome::Created`].
    pub created: u64,
    /// Of these, [`Outcome::Changed`].
    pub changed: u64,
    /// Of these, [`Outcome::Unchanged`].
    pub unchanged: u64,
    /// Of these, [`Outcome::Refused`].
    pub refused: u64,
}

/// What a file does or would do.
#[derive(Debug)]
pub struct Report {
    /// The encoding that it was read in.
    pub encoding: &'static str,
    /// The delimiter that it was read with.
    pub delimiter: super::Delimiter,
    /// The columns that it has.
    pub columns: Vec<&'static str>,
    /// How many rows have which outcome.
    pub counts: Counts,
    /// The first rows that are refused.
    pub refused: Vec<RowReport>,
    /// The first rows that are created or changed.
    pub written: Vec<RowReport>,
    /// What commits exactly this.
    pub token: Token,
}

/// A report that is being written.
pub(super) struct Draft {
    report: Report,
    plan: Sha256,
}

impl Draft {
    pub(super) fn new(sheet: &'static str, file: &CsvFile) -> Self {
        let columns: Vec<&'static str> = file.header.present().map(|(_, column)| column).collect();
        let report = Report {
            encoding: file.encoding,
            delimiter: file.delimiter,
            columns,
            counts: Counts::default(),
            refused: Vec::new(),
            written: Vec::new(),
            token: Token::new(&[], &[]),
        };
        let mut draft = Self { report, plan: Sha256::new() };
        draft.digest(&[sheet, file.encoding, &file.delimiter.byte().to_string()]);
        draft
    }

    /// Adds a row. Everything that is known of it counts for the token, also what is too long to be shown; then it is cut. So do the
    /// cells of a row that is `created`: what stands in none of the file's columns is given by the organization's settings.
    pub(super) fn add(&mut self, row: &mut RowReport, created: &[String]) {
        self.digest(&[&row.row.to_string(), &row.key, &format!("{:?}", row.outcome)]);
        for cell in created {
            self.digest(&[cell]);
        }
        for change in &mut row.changes {
            self.digest(&[change.column, &change.from, &change.to]);
            cut(&mut change.from);
            cut(&mut change.to);
        }
        for error in &row.errors {
            self.digest(&[error.column.unwrap_or_default(), &error.code]);
        }
        cut(&mut row.key);
        let Counts { total, created, changed, unchanged, refused } = &mut self.report.counts;
        *total += 1;
        let (count, told) = match row.outcome {
            Outcome::Created => (created, Some(&mut self.report.written)),
            Outcome::Changed => (changed, Some(&mut self.report.written)),
            Outcome::Unchanged => (unchanged, None),
            Outcome::Refused => (refused, Some(&mut self.report.refused)),
        };
        *count += 1;
        if let Some(told) = told.filter(|told| told.len() < MAX_TOLD) {
            told.push(row.clone());
        }
    }

    /// Each text with its length, so that no two lists of texts are the same bytes.
    fn digest(&mut self, texts: &[&str]) {
        for text in texts {
            self.plan.update(text.len().to_le_bytes());
            self.plan.update(text);
        }
    }

    pub(super) fn finish(self, file: &[u8]) -> Report {
        let token = Token::new(file, &self.plan.finalize());
        Report { token, ..self.report }
    }
}

fn cut(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(MAX_SHOWN) {
        text.truncate(end);
        text.push('…');
    }
}
