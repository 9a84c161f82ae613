//! Why a file cannot be read as rows.
use purser_kernel::{CommonProblem, Problem};
use std::io;

/// What is wrong with a file as a whole. Behind such a place nobody can say where a row begins, so none of it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// There is not even a header.
    #[error("The file is empty.")]
    Empty,
    /// Bytes that mean nothing in the file's encoding.
    #[error(
        "The file has bytes that are not valid {0}. Say its encoding: Content-Type: text/csv; charset=windows-1252."
    )]
    InvalidEncoding(&'static str),
    /// A quoted cell without its closing quote.
    #[error("Line {0}: a quoted cell begins here and does not end.")]
    OpenQuote(u64),
    /// Something behind the closing quote of a cell.
    #[error(
        "Line {0}: something follows the closing quote of a cell. A quote inside of a quoted cell is written twice."
    )]
    TextAfterQuote(u64),
    /// A row longer than [`super::file::MAX_ROW_BYTES`].
    #[error("Line {0}: the row that begins here is longer than a row may be. Perhaps a quote is not closed.")]
    RowTooLong(u64),
    /// More rows than [`super::file::MAX_ROWS`].
    #[error("The file has more than {0} rows. Split it.")]
    TooManyRows(u64),
}

impl Fault {
    fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::InvalidEncoding(_) => "invalid_encoding",
            Self::OpenQuote(_) => "open_quote",
            Self::TextAfterQuote(_) => "text_after_quote",
            Self::RowTooLong(_) => "row_too_long",
            Self::TooManyRows(_) => "too_many_rows",
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Problem::of(CommonProblem::MalformedRequest).detail(fault.to_string()).with("code", fault.code())
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::new(io::ErrorKind::InvalidData, fault)
    }
}

/// What an error of the layers that read a file means: a fault of the file, or something that broke inside.
pub(super) fn problem(error: io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
        Some(fault) => (*fault).into(),
        None => Problem::internal(error),
    }
}
