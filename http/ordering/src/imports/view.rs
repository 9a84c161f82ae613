//! An import as it is shown.
use purser_ordering::imports::{CellChange, CellError, Counts, Delimiter, Outcome, Report, RowReport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What stands between two cells.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelimiterName {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl From<DelimiterName> for Delimiter {
    fn from(name: DelimiterName) -> Self {
        match name {
            DelimiterName::Comma => Self::Comma,
            DelimiterName::Semicolon => Self::Semicolon,
            DelimiterName::Tab => Self::Tab,
        }
    }
}

impl From<Delimiter> for DelimiterName {
    fn from(delimiter: Delimiter) -> Self {
        match delimiter {
            Delimiter::Comma => Self::Comma,
            Delimiter::Semicolon => Self::Semicolon,
            Delimiter::Tab => Self::Tab,
        }
    }
}

/// What an import does or did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// `false` for a dry run, which changes nothing.
    committed: bool,
    /// Of a dry run: sent as `commit` with the same file, it does what is shown here.
    token: Option<String>,
    /// The encoding that the file was read in.
    encoding: String,
    #[schema(inline)]
    delimiter: DelimiterName,
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

/// A line of an answer that is given row by row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LineView {
    /// What becomes of a row.
    Row(RowView),
    /// The last line.
    Summary(SummaryView),
}

/// The last line of an answer that is given row by row: the answer as it is otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryView {
    summary: ImportView,
}

impl From<&RowReport> for LineView {
    fn from(report: &RowReport) -> Self {
        Self::Row(report.into())
    }
}

impl From<ImportView> for LineView {
    fn from(summary: ImportView) -> Self {
        Self::Summary(SummaryView { summary })
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
        let Counts { total, created, changed, unchanged, refused } = report.counts;
        Self {
            committed,
            token: None,
            encoding: report.encoding.to_lowercase(),
            delimiter: report.delimiter.into(),
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
        let error = |CellError { column, code, message }: &CellError| CellErrorView {
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
            errors: report.errors.iter().map(error).collect(),
        }
    }
}
