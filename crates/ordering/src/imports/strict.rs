//! Watches over the quotes, the length and the number of rows while a file is read.
//!
//! The `csv` crate takes everything: a quote that is never closed swallows the rest of the file as one cell, and what follows a
//! closing quote is glued to the cell. Rows would be missing and nobody would hear of it.
use super::{
    fault::Fault,
    file::{MAX_ROW_BYTES, MAX_ROWS},
};
use std::{
    collections::VecDeque,
    io::{self, Read},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first character of a cell.
    Start,
    /// In a cell that does not begin with a quote. A quote in it is a character like any other, as in `5" pipe`.
    Plain,
    /// In a quoted cell.
    Quoted,
    /// Behind a quote in a quoted cell: it ended, or the quote is one of two.
    Closed,
}

/// Hands on what it reads, as long as it is CSV (RFC 4180).
pub(super) struct Strict<R> {
    source: R,
    delimiter: u8,
    state: State,
    line: u64,
    quote_line: u64,
    row_line: u64,
    row_bytes: usize,
    /// The row that the next byte is in.
    row: u64,
    /// Whether the byte before was a carriage return that ended a row: a line feed behind it ends the same one.
    returned: bool,
    /// The rows that were read and not asked for. A line without anything is none to the `csv` crate, and one to a spreadsheet.
    begun: VecDeque<u64>,
}

impl<R: Read> Strict<R> {
    pub(super) fn new(source: R, delimiter: u8) -> Self {
        Self {
            source,
            delimiter,
            state: State::Start,
            line: 1,
            quote_line: 1,
            row_line: 1,
            row_bytes: 0,
            row: 1,
            returned: false,
            begun: VecDeque::new(),
        }
    }

    /// The number of the next row that has something in it, of those that were read.
    pub(super) fn next_row(&mut self) -> Option<u64> {
        self.begun.pop_front()
    }

    fn check(&mut self, byte: u8) -> Result<(), Fault> {
        let ends_row = matches!(byte, b'\n' | b'\r');
        if byte == b'\n' && std::mem::take(&mut self.returned) {
            (self.line, self.row_line) = (self.line + 1, self.line + 1);
            return Ok(());
        }
        if self.row > MAX_ROWS {
            return Err(Fault::TooManyRows(MAX_ROWS));
        }
        if self.row_bytes == 0 && !ends_row {
            self.begun.push_back(self.row);
        }
        self.state = match (self.state, byte) {
            (State::Start, b'"') => {
                self.quote_line = self.line;
                State::Quoted
            }
            (State::Quoted, b'"') => State::Closed,
            (State::Quoted, _) | (State::Closed, b'"') => State::Quoted,
            (_, byte) if byte == self.delimiter || ends_row => State::Start,
            (State::Closed, _) => return Err(Fault::TextAfterQuote(self.line)),
            (State::Start | State::Plain, _) => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
        self.row_bytes += 1;
        self.returned = byte == b'\r' && self.state == State::Start;
        if ends_row && self.state == State::Start {
            (self.row_line, self.row_bytes) = (self.line, 0);
            self.row += 1;
        } else if self.row_bytes > MAX_ROW_BYTES {
            return Err(Fault::RowTooLong(self.row_line));
        }
        Ok(())
    }
}

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        if read == 0 && self.state == State::Quoted {
            return Err(Fault::OpenQuote(self.quote_line).into());
        }
        for byte in out.iter().take(read) {
            self.check(*byte)?;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> VecDeque<u64> {
        let mut strict = Strict::new(text.as_bytes(), b';');
        io::copy(&mut strict, &mut io::sink()).unwrap();
        strict.begun
    }

    fn check(text: &str) -> Result<(), Fault> {
        let mut strict = Strict::new(text.as_bytes(), b';');
        let copied = io::copy(&mut strict, &mut io::sink());
        copied.map(|_| ()).map_err(|error| *error.get_ref().unwrap().downcast_ref().unwrap())
    }

    #[test]
    fn what_rfc_4180_has_passes() {
        for text in ["", "a;b\r\n\"c;\r\n\"\"d\"\"\";\"\"\r\n", "a\r\rb", "5\" pipe;a\"\"b", "\"\"\"\"", " \"a\" ;b"] {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn a_wrong_quote_is_told_by_its_line() {
        assert_eq!(check("a;b\n\n\"c;\nd"), Err(Fault::OpenQuote(3)));
        assert_eq!(check("\""), Err(Fault::OpenQuote(1)));
        assert_eq!(check("a\n\"b\nc\"d;e"), Err(Fault::TextAfterQuote(3)));
        assert_eq!(check("a;\"b\" ;c"), Err(Fault::TextAfterQuote(1)));
    }

    #[test]
    fn a_row_is_not_longer_than_it_may_be() {
        let row = "x".repeat(MAX_ROW_BYTES);
        assert_eq!(check(&format!("{row}\n{row}\n")), Ok(()));
        assert_eq!(check(&format!("a\n{row}x\n")), Err(Fault::RowTooLong(2)));
        assert_eq!(check(&format!("a\n\"{row}")), Err(Fault::RowTooLong(2)));
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_does() {
        assert_eq!(rows("a;b\n1\n2"), [1, 2, 3]);
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(rows(&["", "a;b", "", "\"1\n\n\"", "", "", ";", " "].join(end)), [2, 4, 7, 8], "{end:?}");
        }
        assert_eq!(rows("\"a\r\n\"\r\n\nb\r\r\nc"), [1, 3, 5]);
    }

    #[test]
    fn a_file_has_no_more_rows_than_it_may_have() {
        let most = usize::try_from(MAX_ROWS).unwrap();
        assert_eq!(check(&"\r\n".repeat(most)), Ok(()));
        assert_eq!(check(&"\r\n".repeat(most + 1)), Err(Fault::TooManyRows(MAX_ROWS)));
        assert_eq!(check(&format!("{}x", ";\n".repeat(most))), Err(Fault::TooManyRows(MAX_ROWS)));
    }
}
