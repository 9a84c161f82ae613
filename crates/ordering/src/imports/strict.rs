//! Watches over the quotes and the length of rows while a file is read.
//!
//! The `csv` crate takes everything: a quote that is never closed swallows the rest of the file as one cell, and what follows a
//! closing quote is glued to the cell. Rows would be missing and nobody would hear of it.
use super::{fault::Fault, file::MAX_ROW_BYTES};
use std::io::{self, Read};

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
}

impl<R: Read> Strict<R> {
    pub(super) fn new(source: R, delimiter: u8) -> Self {
        Self { source, delimiter, state: State::Start, line: 1, quote_line: 1, row_line: 1, row_bytes: 0 }
    }

    fn check(&mut self, byte: u8) -> Result<(), Fault> {
        let ends_row = matches!(byte, b'\n' | b'\r');
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
        if ends_row && self.state == State::Start {
            (self.row_line, self.row_bytes) = (self.line, 0);
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
}
