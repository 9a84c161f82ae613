//! A table as a CSV file, page by page.
use super::{Delimiter, Sheet};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use purser_kernel::{Cursor, formula};
use purser_store::prelude::*;
use uuid::Uuid;

/// Without it spreadsheets do not take a file as UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// A part of a file.
pub struct ExportPage {
    /// Lines of the file.
    pub lines: Vec<u8>,
    /// The rows in them.
    pub ids: Vec<Uuid>,
    /// Where the next rows begin; nothing behind the last.
    pub next: Option<Cursor>,
}

/// What is written of a cell, by its column.
pub type Mask<'m> = dyn Fn(&str, &str) -> String + Send + Sync + 'm;

/// The rows from `cursor` on as lines of a file that an import reads. The first page begins with the header.
pub async fn export_page<S: Sheet>(
    tx: &ReadTx,
    sheet: &S,
    cursor: Option<Cursor>,
    delimiter: Delimiter,
    mask: Option<&Mask<'_>>,
) -> Result<ExportPage, Problem> {
    tx.scope().require(S::EXPORT)?;
    let first = cursor.is_none();
    let page = sheet.page(tx, &PageRequest::new(Some(PageRequest::MAX_LIMIT), cursor)?).await?;
    let start = if first { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    let mut lines = WriterBuilder::new()
        .delimiter(delimiter.byte())
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(start);
    if first {
        lines.write_record(S::COLUMNS).map_err(Problem::internal)?;
    }
    for row in &page.data {
        let mut cells = sheet.cells(row);
        if let Some(mask) = mask {
            for (column, cell) in S::COLUMNS.iter().zip(&mut cells) {
                *cell = mask(column, cell);
            }
        }
        let cells = cells.iter().map(|cell| formula::disarmed(cell).into_owned());
        lines.write_record(cells.map(String::into_bytes)).map_err(Problem::internal)?;
    }
    let lines = lines.into_inner().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(ExportPage { lines, ids: page.data.iter().map(|row| sheet.id(row)).collect(), next: page.next })
}
