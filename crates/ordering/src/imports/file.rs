//! A file as batches of rows.
use super::{
    Sheet,
    cells::Cells,
    encoding::{self, Decoded},
    fault::{Fault, problem},
    header::{self, Header},
    strict::Strict,
};
use csv::{Reader, ReaderBuilder, StringRecord};
use purser_kernel::Problem;
use std::{
    fs::File,
    io::{BufRead, BufReader, Cursor, Read},
    sync::Arc,
};

/// The longest row, in bytes of UTF-8.
pub(super) const MAX_ROW_BYTES: usize = 1024 * 1024;
/// The most rows of a file, the header and blank ones counted: keys that were seen are kept in memory, and answers on disk.
pub(super) const MAX_ROWS: u64 = 1_000_000;
/// The longest header.
const MAX_HEADER_BYTES: u64 = 64 * 1024;
/// Rows that are looked up and written together.
const BATCH_ROWS: usize = 500;
/// Bytes that are looked up and written together, if the rows are long ones.
const BATCH_BYTES: usize = 1024 * 1024;

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write it where the comma is in numbers.
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// The character.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// A file that was sent, and what was said about it.
#[derive(Debug)]
pub struct Upload {
    /// The file, on disk.
    pub file: File,
    /// SHA-256 over its bytes.
    pub sha256: Vec<u8>,
    /// The encoding that was named; found out without.
    pub charset: Option<String>,
    /// The delimiter that was named; found out without.
    pub delimiter: Option<Delimiter>,
}

/// A file whose header was read, with its rows to come.
pub struct CsvFile {
    pub(super) sha256: Vec<u8>,
    reader: Reader<Strict<Box<dyn Read + Send>>>,
    pub(super) header: Arc<Header>,
    pub(super) encoding: &'static str,
    pub(super) delimiter: Delimiter,
}

impl CsvFile {
    /// Finds out how the file is written, for which all of it may have to be read, and reads its header.
    ///
    /// `malformed_request` for a file that is no CSV, `validation_failed` for a header that is not one of the sheet's.
    pub async fn open<S: Sheet>(upload: Upload) -> Result<Self, Problem> {
        let opened = tokio::task::spawn_blocking(move || Self::open_now(upload, S::COLUMNS)).await;
        opened.map_err(Problem::internal)?
    }

    fn open_now(upload: Upload, columns: &'static [&'static str]) -> Result<Self, Problem> {
        let charset = upload.charset.as_deref().map(encoding::named).transpose()?;
        let mut file = upload.file;
        let encoding = encoding::detect(&mut file, charset)?;
        let mut text = BufReader::new(Decoded::new(file, encoding)?);
        let first = up_to_header(&mut text)?;
        let delimiter = upload.delimiter.unwrap_or_else(|| delimiter(&first, columns));
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(first).chain(text));
        let strict = Strict::new(whole, delimiter.byte());
        let mut reader = builder(delimiter).from_reader(strict);
        let mut names = StringRecord::new();
        if !reader.read_record(&mut names).map_err(unreadable)? {
            return Err(Fault::Empty.into());
        }
        reader.get_mut().next_row();
        let header = Arc::new(Header::read(names.iter(), columns)?);
        let (sha256, encoding) = (upload.sha256, encoding.name());
        Ok(Self { sha256, reader, header, encoding, delimiter })
    }

    /// The next rows, and the file with those behind them; none at its end. Rows without anything in them are left out.
    ///
    /// Not on the thread of the request: a file may consist of blank rows, and all of them are read before there is one.
    pub(super) async fn batch(mut self) -> Result<(Self, Vec<Cells>), Problem> {
        let read = tokio::task::spawn_blocking(move || self.batch_now().map(|rows| (self, rows))).await;
        read.map_err(Problem::internal)?
    }

    fn batch_now(&mut self) -> Result<Vec<Cells>, Problem> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while rows.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let mut record = StringRecord::new();
            if !self.reader.read_record(&mut record).map_err(unreadable)? {
                break;
            }
            let row = self.reader.get_mut().next_row().unwrap_or_default();
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                bytes += record.as_slice().len();
                rows.push(Cells { row, record, header: self.header.clone() });
            }
        }
        Ok(rows)
    }
}

/// The first line that holds anything, with the empty ones before it.
fn up_to_header(text: &mut impl BufRead) -> Result<Vec<u8>, Problem> {
    let (mut lines, mut text) = (Vec::new(), text.take(MAX_HEADER_BYTES));
    loop {
        let from = lines.len();
        if text.read_until(b'\n', &mut lines).map_err(problem)? == 0 {
            return Err(Fault::Empty.into());
        }
        if lines.iter().skip(from).any(|byte| !matches!(byte, b'\r' | b'\n')) {
            return Ok(lines);
        }
    }
}

/// Rows may have too few or too many cells: that is their own fault and not the file's.
fn builder(delimiter: Delimiter) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter.byte()).has_headers(false).flexible(true).buffer_capacity(64 * 1024);
    builder
}

/// The delimiter by which most names of the header are columns.
fn delimiter(first: &[u8], columns: &[&str]) -> Delimiter {
    let known = |delimiter: &Delimiter| {
        let mut names = StringRecord::new();
        let read = builder(*delimiter).from_reader(first).read_record(&mut names);
        if read.is_ok() { header::known(names.iter(), columns) } else { 0 }
    };
    // max_by_key takes the last of equals, and the comma is the first choice.
    Delimiter::ALL.into_iter().rev().max_by_key(known).unwrap_or(Delimiter::Comma)
}

fn unreadable(error: csv::Error) -> Problem {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => problem(error),
        kind => Problem::internal(format!("{kind:?}")),
    }
}
