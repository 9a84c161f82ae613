//! Which encoding a file has, and its bytes as UTF-8.
use super::fault::{Fault, problem};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use purser_kernel::{CommonProblem, Problem};
use std::io::{self, Read, Seek};

/// Bytes that are read at a time.
const CHUNK: usize = 32 * 1024;
/// Bytes to which Windows-1252 gives no character.
const UNASSIGNED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// The encoding that the parameter `charset` names (WHATWG's labels: `latin1` is read as Windows-1252).
pub(super) fn named(charset: &str) -> Result<&'static Encoding, Problem> {
    let known = Encoding::for_label(charset.as_bytes())
        .filter(|encoding| [UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1252].contains(encoding));
    known.ok_or_else(|| {
        let detail = "Encodings that are read: utf-8, utf-16le, utf-16be, windows-1252.";
        Problem::of(CommonProblem::UnsupportedMediaType).detail(detail)
    })
}

/// The file's encoding: what its byte order mark says; else `charset`; else UTF-8, if all of it is; else Windows-1252.
///
/// A file that is neither, such as UTF-8 with a broken byte, is `malformed_request`: read as Windows-1252 every letter beyond
/// ASCII would be wrong, and nobody would notice.
pub(super) fn detect(
    file: &mut (impl Read + Seek),
    charset: Option<&'static Encoding>,
) -> Result<&'static Encoding, Problem> {
    let mut bytes = vec![0; CHUNK];
    let mut scan = Scan::default();
    let mut first = true;
    file.rewind().map_err(Problem::internal)?;
    loop {
        let read = file.read(&mut bytes).map_err(Problem::internal)?;
        let chunk = bytes.get(..read).unwrap_or_default();
        if first {
            let marked = Encoding::for_bom(chunk).map(|(encoding, _)| encoding);
            if let Some(encoding) = marked.or(charset) {
                return Ok(encoding);
            }
            first = false;
        }
        if read == 0 {
            return scan.verdict();
        }
        scan.chunk(chunk);
    }
}

/// What was seen of a file that says nothing about its encoding.
#[derive(Default)]
struct Scan {
    /// The beginning of a character whose end is in the next chunk.
    begun: Vec<u8>,
    malformed: bool,
    /// A character of several bytes, as UTF-8 has them: in Windows-1252 that would be nonsense such as `Ã¼`.
    wide: bool,
    unassigned: bool,
}

impl Scan {
    fn chunk(&mut self, bytes: &[u8]) {
        if self.begun.is_empty() && bytes.is_ascii() {
            return;
        }
        let joined = [std::mem::take(&mut self.begun).as_slice(), bytes].concat();
        let mut rest = joined.as_slice();
        while let Err(error) = std::str::from_utf8(rest) {
            let (good, bad) = rest.split_at(error.valid_up_to());
            self.wide |= !good.is_ascii();
            let Some(length) = error.error_len() else {
                self.begun = bad.to_vec();
                return;
            };
            let (wrong, after) = bad.split_at(length);
            self.malformed = true;
            self.unassigned |= wrong.iter().any(|byte| UNASSIGNED.contains(byte));
            rest = after;
        }
        self.wide |= !rest.is_ascii();
    }

    fn verdict(self) -> Result<&'static Encoding, Problem> {
        if !self.malformed && self.begun.is_empty() {
            Ok(UTF_8)
        } else if self.wide || self.unassigned {
            Err(Fault::InvalidEncoding(UTF_8.name()).into())
        } else {
            Ok(WINDOWS_1252)
        }
    }
}

/// A file's text as UTF-8, without its byte order mark. Bytes that mean nothing are an error and never a `�`.
pub(super) struct Decoded<F> {
    file: F,
    decoder: Decoder,
    bytes: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<F: Read + Seek> Decoded<F> {
    pub(super) fn new(mut file: F, encoding: &'static Encoding) -> Result<Self, Problem> {
        file.rewind().map_err(problem)?;
        let decoder = encoding.new_decoder_with_bom_removal();
        Ok(Self { file, decoder, bytes: vec![0; CHUNK], text: Vec::new(), given: 0, ended: false })
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let read = self.file.read(&mut self.bytes)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length_without_replacement(read);
        self.text.resize(room.ok_or_else(|| io::Error::other("a chunk is small"))?, 0);
        let bytes = self.bytes.get(..read).unwrap_or_default();
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, self.ended);
        if let DecoderResult::Malformed(..) = result {
            return Err(Fault::InvalidEncoding(self.decoder.encoding().name()).into());
        }
        self.text.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<F: Read + Seek> Read for Decoded<F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.text.len() && !self.ended {
            self.next_chunk()?;
        }
        let mut waiting = self.text.get(self.given..).unwrap_or_default();
        let read = waiting.read(out)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn text(bytes: &[u8], charset: Option<&str>) -> Result<(&'static str, String), Problem> {
        let mut file = Cursor::new(bytes);
        let encoding = detect(&mut file, charset.map(|charset| named(charset).unwrap()))?;
        let mut text = String::new();
        Decoded::new(file, encoding)?.read_to_string(&mut text).map_err(problem)?;
        Ok((encoding.name(), text))
    }

    #[test]
    fn an_encoding_is_marked_or_named_or_found() {
        let found = |bytes: &[u8], charset| text(bytes, charset).unwrap();
        assert_eq!(found("a,ü".as_bytes(), None), ("UTF-8", "a,ü".to_owned()));
        assert_eq!(found(b"\xef\xbb\xbfa,\xc3\xbc", Some("windows-1252")), ("UTF-8", "a,ü".to_owned()));
        assert_eq!(found(b"\xff\xfea\0,\0\xfc\0", None), ("UTF-16LE", "a,ü".to_owned()));
        assert_eq!(found(b"\xfe\xff\0a\0,\0\xfc", None), ("UTF-16BE", "a,ü".to_owned()));
        assert_eq!(found(b"a\0,\0\xfc\0", Some("utf-16le")), ("UTF-16LE", "a,ü".to_owned()));
        assert_eq!(found(b"\x80 \xfcber", None), ("windows-1252", "€ über".to_owned()));
        assert_eq!(found("ü".as_bytes(), Some("latin1")), ("windows-1252", "Ã¼".to_owned()));
        assert!(named("shift_jis").is_err());
    }

    #[test]
    fn what_is_no_encoding_at_all_is_refused() {
        // A broken byte among real UTF-8, a byte without a character, half a unit of UTF-16, half a character at the end.
        for bytes in [&b"\xc3\xbc \xff"[..], b"a\x81b", b"\xff\xfea\0b", b"\xff\xfe\x00\xd8", b"\xc3\xbc \xe2\x82"] {
            let refused = text(bytes, None).unwrap_err();
            assert!(refused.is(CommonProblem::MalformedRequest), "{bytes:?}: {refused}");
        }
        assert!(text(b"a\xffb", Some("utf-8")).is_err());
    }

    #[test]
    fn characters_may_be_cut_by_the_chunks() {
        for shift in 0..4 {
            let long = format!("{}{}", "x".repeat(shift), "€".repeat(CHUNK));
            assert_eq!(text(long.as_bytes(), None).unwrap(), ("UTF-8", long.clone()));
        }
    }
}
