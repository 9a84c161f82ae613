//! Products and customers as CSV files: read, compared with what is stored, written, and written out again.
//!
//! [`preview`] says what each row of a file would do and gives a [`Token`]. [`commit`] does it, if the same file is sent again
//! and would still do the same, row by row; else nothing is changed. What a table's rows are is said by a [`Sheet`]; everything
//! else is one code for all of them.
//!
//! Memory does not grow with the file: it is read in batches of rows, each looked up and written with a few statements. Only the
//! keys that were seen are remembered, some 30 bytes for each row, because no key may stand in a file twice.
mod cells;
mod encoding;
mod export;
mod fault;
mod file;
mod header;
mod judge;
mod report;
mod run;
mod sheet;
mod strict;
mod token;

pub use cells::Cells;
pub(crate) use cells::joined;
pub use export::{ExportPage, Mask, export_page};
pub use file::{CsvFile, Delimiter, Upload};
pub use report::{CellChange, CellError, Counts, Outcome, Report, RowReport};
pub use run::{EachRow, commit, preview};
pub use sheet::{Change, Reach, Sheet};
pub use token::Token;
