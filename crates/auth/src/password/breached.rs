//! Passwords that have been found in breaches of others, looked up in a file that the operator keeps.
//!
//! The file is the one that Have I Been Pwned gives away with its downloader: a line for each password, its SHA-1 in hexadecimal
//! digits, a colon and how often it was found, sorted by the hash. It holds hundreds of millions of lines, so it is searched where it lies and not read.
//! It is opened anew each time: whoever fetches a newer one only puts it in the place of the old.
use super::Password;
use purser_kernel::{CommonProblem, Problem};
use sha1::{Digest, Sha1};
use std::{
    fmt::Write,
    fs::File,
    io::{Error, ErrorKind, Read, Result, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

/// The hexadecimal digits of a SHA-1.
const DIGITS: usize = 40;
/// More than two lines have.
const WINDOW: u64 = 256;
/// Lines that are compared with each other when a list is opened.
const SAMPLES: u64 = 64;

/// What has been breached. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BreachedPasswords {
    path: Arc<Path>,
}

impl BreachedPasswords {
    /// The list in the file at `path`. An error when it cannot be read, is empty or begins with something else.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let list = Self { path: path.into().into() };
        Search::open(&list.path)?.check()?;
        Ok(list)
    }

    /// `validation_failed` at `pointer` for a password that is in the list; `unavailable` while it cannot be read.
    pub(crate) async fn refuse(&self, pointer: &str, password: &Password) -> std::result::Result<(), Problem> {
        let (path, wanted) = (self.path.clone(), digits(password));
        let found = spawn_blocking(move || Search::open(&path)?.find(&wanted)).await.map_err(Problem::internal)?;
        match found {
            Ok(false) => Ok(()),
            Ok(true) => Err(Problem::invalid(pointer, "breached", "has been found in a breach of another service")),
            Err(error) => {
                tracing::error!(%error, path = %self.path.display(), "the list of breached passwords cannot be read");
                Err(Problem::of(CommonProblem::Unavailable).detail("Passwords cannot be chosen at the moment."))
            }
        }
    }
}

fn wrong(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

/// The password's SHA-1 as the list writes it.
fn digits(password: &Password) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(String::with_capacity(DIGITS));
    for byte in Sha1::digest(password.as_bytes()) {
        // A text takes whatever is written to it.
        let _ = write!(digits, "{byte:02X}");
    }
    digits
}

struct Search {
    file: File,
    length: u64,
}

/// A line, by where it begins and where the next one does.
struct Line {
    hash: String,
    begins: u64,
    ends: u64,
}

impl Search {
    fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }

    /// Whether it looks like a list that is sorted: one by how often each was found would be searched in vain.
    fn check(&mut self) -> Result<()> {
        let mut before: Option<Line> = None;
        for sample in 0..SAMPLES {
            let Some(line) = self.line(self.length / SAMPLES * sample)? else { break };
            if before.is_some_and(|before| before.begins < line.begins && before.hash > line.hash) {
                return Err(wrong("the lines are not sorted by their hashes"));
            }
            before = Some(line);
        }
        // Searches end there, too.
        self.line(self.length.saturating_sub(1))?;
        before.map(|_| ()).ok_or_else(|| wrong("the list is empty"))
    }

    /// Whether a line has the hash. Halves what is left until nothing is: lines that could be it begin in `low..high`.
    fn find(&mut self, wanted: &str) -> Result<bool> {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low.midpoint(high);
            match self.line(middle)?.filter(|line| line.begins < high) {
                Some(line) if line.hash == wanted => return Ok(true),
                Some(line) if line.hash.as_str() < wanted => low = line.ends,
                _ => high = middle,
            }
        }
        Ok(false)
    }

    /// The first line that begins at `at` or behind it.
    fn line(&mut self, at: u64) -> Result<Option<Line>> {
        // From the byte before: where that ends a line, another one begins at `at`.
        let from = at.saturating_sub(1);
        let mut window = String::new();
        self.file.seek(SeekFrom::Start(from))?;
        self.file.by_ref().take(WINDOW).read_to_string(&mut window)?;
        if !window.contains('\n') && bytes(window.len()) == WINDOW {
            return Err(wrong("a line is too long"));
        }
        let skipped = if at == 0 { 0 } else { window.find('\n').map_or(window.len(), |newline| newline + 1) };
        let rest = window.get(skipped..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let hash = rest.get(..length).and_then(|line| line.split(':').next()).unwrap_or_default().trim_end();
        if hash.len() != DIGITS || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong("a line does not begin with the digits of a SHA-1"));
        }
        let begins = from + bytes(skipped);
        Ok(Some(Line { hash: hash.to_ascii_uppercase(), begins, ends: begins + bytes(length) }))
    }
}

/// A length of at most a window.
fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};
    use std::{collections::BTreeSet, fs};
    use tempfile::TempDir;

    fn hash(password: &str) -> String {
        digits(&Password::given(&password.into()).unwrap()).to_string()
    }

    /// A list of these hashes, as the downloader ends its lines.
    fn list(hashes: &BTreeSet<String>, end: &str) -> (TempDir, BreachedPasswords) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("breached.txt");
        let lines = hashes.iter().enumerate().map(|(at, hash)| format!("{hash}:{}{end}", at * 977 + 1));
        fs::write(&path, lines.collect::<String>()).unwrap();
        let list = BreachedPasswords::open(path).unwrap();
        (folder, list)
    }

    fn holds(list: &BreachedPasswords, hash: &str) -> bool {
        Search::open(&list.path).unwrap().find(hash).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_in_it_is_found_and_nothing_else(
            hashes in btree_set("[0-9A-F]{40}", 1..60), other in "[0-9A-F]{40}", carriage in any::<bool>(),
        ) {
            let (_folder, list) = list(&hashes, if carriage { "\r\n" } else { "\n" });
            for hash in &hashes {
                prop_assert!(holds(&list, hash));
            }
            prop_assert_eq!(holds(&list, &other), hashes.contains(&other));
        }
    }

    #[test]
    fn a_hash_is_the_one_that_everybody_has() {
        // As `printf password | sha1sum` says.
        assert_eq!(hash("password"), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
    }

    #[tokio::test]
    async fn what_was_breached_is_refused_and_what_cannot_be_looked_up_too() {
        let (folder, list) = list(&BTreeSet::from([hash("kitchen window, 2019")]), "\n");
        let refuse = async |password: &str| list.refuse("/password", &Password::given(&password.into()).unwrap()).await;
        let problem = refuse("kitchen window, 2019").await.unwrap_err();
        assert_eq!(
            (problem.errors()[0].pointer.as_str(), problem.errors()[0].code.as_ref()),
            ("/password", "breached")
        );
        assert!(refuse("kitchen window, 2020").await.is_ok());
        drop(folder);
        assert!(refuse("kitchen window, 2020").await.unwrap_err().is(CommonProblem::Unavailable));
    }

    #[test]
    fn another_file_is_noticed_when_it_is_opened() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("breached.txt");
        assert!(BreachedPasswords::open(&path).is_err(), "there is none");
        let hashes = ["letmein", "password", "123456"].map(hash);
        let by_count = hashes.each_ref().map(|hash| format!("{hash}:9\n")).concat();
        let blank = format!("{}:3\n\n", hashes[0]);
        let long = format!("{}:{}\n", hashes[0], "7".repeat(300));
        let short = format!("{}:3\n", &hashes[0][1..]);
        for text in ["password\n123456\n", "\u{0}\n", "", &by_count, &blank, &long, &short] {
            fs::write(&path, text).unwrap();
            assert!(BreachedPasswords::open(&path).is_err(), "{text:?}");
        }
    }
}
