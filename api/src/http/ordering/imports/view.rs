//! An import as it is shown.
use purser_ordering::imports::{CellChange, CellFault, Counts, Delimiter, Outcome, Report, RowReport};
use serde::Serialize;
use utoipa::ToSchema;

/// What an import does or did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// `false` for a dry run, which changes nothing.
    committed: bool,
    /// Of a dry run: sent as `commit` with the same file, it does what is shown here.
    token: Option<String>,
    /// The encoding that the file was read in.
    encoding: String,
    /// What stands between its cells.
    delimiter: &'static str,
    /// The columns that it has.
    columns: Vec<&'static str>,
    rows: CountsView,
    /// The first 200 rows that are left out.
    refused: Vec<RowView>,
    /// The first 200 rows that are created or changed.
    written: Vec<RowView>,
}

/// How many rows have which outcome.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct CountsView {
    total: u64,
    created: u64,
    changed: u64,
    unchanged: u64,
    refused: u64,
}

/// What becomes of one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// As a spreadsheet counts: the header is row 1.
    row: u64,
    /// What the row is known by.
    key: String,
    #[schema(inline)]
    outcome: OutcomeName,
    /// The cells that differ from what is stored.
    changes: Vec<ChangeView>,
    /// Why it is refused.
    errors: Vec<CellErrorView>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeName {
    Created,
    Changed,
    Unchanged,
    Refused,
}

/// A cell that differs from what is stored. Long texts are cut.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeView {
    column: &'static str,
    from: String,
    to: String,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
struct CellErrorView {
    /// The column; null when it is the row's fault as a whole.
    column: Option<&'static str>,
    /// Stable name of the fault.
    code: String,
    /// The fault, for people.
    message: String,
}

/// The last line of an answer that is given row by row.
#[derive(Serialize)]
pub(super) struct SummaryLine<'v> {
    summary: &'v ImportView,
}

impl<'v> SummaryLine<'v> {
    pub(super) fn of(summary: &'v ImportView) -> Self {
        Self { summary }
    }
}

impl ImportView {
    /// A dry run.
    pub(super) fn shown(report: Report) -> Self {
        Self { token: Some(report.token.to_string()), ..Self::of(report, false) }
    }

    /// What was done.
    pub(super) fn committed(report: Report) -> Self {
        Self::of(report, true)
    }

    fn of(report: Report, committed: bool) -> Self {
        let Counts { rows: total, created, changed, unchanged, refused } = report.counts;
        Self {
            committed,
            token: None,
            encoding: report.encoding.to_lowercase(),
            delimiter: match report.delimiter {
                Delimiter::Comma => "comma",
                Delimiter::Semicolon => "semicolon",
                Delimiter::Tab => "tab",
            },
            columns: report.columns,
            rows: CountsView { total, created, changed, unchanged, refused },
            refused: report.refused.iter().map(RowView::from).collect(),
            written: report.written.iter().map(RowView::from).collect(),
        }
    }
}

impl From<&RowReport> for RowView {
    fn from(report: &RowReport) -> Self {
        let change =
            |CellChange { column, from, to }: &CellChange| ChangeView { column, from: from.clone(), to: to.clone() };
        let error = |CellFault { column, code, message }: &CellFault| CellErrorView {
            column: *column,
            code: code.to_string(),
            message: message.clone(),
        };
        Self {
            row: report.row,
            key: report.key.clone(),
            outcome: match report.outcome {
                Outcome::Created => OutcomeName::Created,
                Outcome::Changed => OutcomeName::Changed,
                Outcome::Unchanged => OutcomeName::Unchanged,
                Outcome::Refused => OutcomeName::Refused,
            },
            changes: report.changes.iter().map(change).collect(),
            errors: report.faults.iter().map(error).collect(),
        }
    }
}
