//! What can be wrong with an export.
use purser_kernel::ids::AuditLogId;
use thiserror::Error;

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Finding {
    /// A line is none of an export.
    #[error("line {line} cannot be read: {why}")]
    Unreadable {
        /// Which line.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// There is no header.
    #[error("this is no export of an audit trail in JSON Lines: it does not begin with a header")]
    NoHeader,
    /// It is an export of some entries.
    #[error("the export was filtered, so nobody can tell what is missing: export the trail without filters")]
    Filtered,
    /// Personal data in it was masked.
    #[error(
        "personal data in the export was masked, so nothing in it is as it was sealed: export the trail without masks"
    )]
    Masked,
    /// The last line is missing, or says otherwise than there are.
    #[error("the export is not complete: its last line is missing or counts other entries than there are")]
    Incomplete,
    /// A seal is not there.
    #[error("seal {seal} is missing")]
    SealMissing {
        /// Which one.
        seal: i64,
    },
    /// A seal is there twice.
    #[error("seal {seal} is there more than once")]
    SealTwice {
        /// Which one.
        seal: i64,
    },
    /// A seal is not signed by a key that is known here.
    #[error("seal {seal} was changed: its signature is not by a key that was given (it names {key})")]
    SealChanged {
        /// Which one.
        seal: i64,
        /// The key that it names.
        key: String,
    },
    /// A seal does not follow the one before.
    #[error("seal {seal} does not follow the seal before it")]
    SealOutOfPlace {
        /// Which one.
        seal: i64,
    },
    /// A root that has to be there is not.
    #[error("no seal has the root {root}: the end was cut off, or it is another trail")]
    RootMissing {
        /// The root.
        root: String,
    },
    /// An entry is not what it was when it was sealed.
    #[error("entry {id} was changed (seal {seal}, position {position}, line {line})")]
    Changed {
        /// The entry.
        id: AuditLogId,
        /// Its seal.
        seal: i64,
        /// Its place in the seal.
        position: i32,
        /// Where it stands in the file.
        line: usize,
    },
    /// An entry is gone.
    #[error("entry {} was removed (seal {seal}, position {position})", known(.id.as_ref()))]
    Removed {
        /// The entry, where its place still says so.
        id: Option<AuditLogId>,
        /// Its seal.
        seal: i64,
        /// Its place in the seal.
        position: i32,
    },
    /// An entry says that it is sealed where it is not.
    #[error("entry {id} was inserted: seal {seal} has no such place or another entry there (line {line})")]
    Inserted {
        /// The entry.
        id: AuditLogId,
        /// The seal that it names.
        seal: i64,
        /// Where it stands in the file.
        line: usize,
    },
    /// An entry appeared long after its time.
    #[error(
        "entry {id} was inserted: it says {time}, and was not there yet when seal {seal} was closed at {closed} (line {line})"
    )]
    InsertedLater {
        /// The entry.
        id: AuditLogId,
        /// When it says that it was written.
        time: String,
        /// A seal over later entries.
        seal: i64,
        /// When that was closed.
        closed: String,
        /// Where it stands in the file.
        line: usize,
    },
    /// Entries of a seal do not stand in the order in which they were sealed.
    #[error("entry {id} was moved: it does not stand in its order (seal {seal}, position {position}, line {line})")]
    Moved {
        /// The first that is out of order.
        id: AuditLogId,
        /// Its seal.
        seal: i64,
        /// Its place in the seal.
        position: i32,
        /// Where it stands in the file.
        line: usize,
    },
    /// Entries and their hashes were changed together: the signed root says so, and cannot say which.
    #[error(
        "one of the entries {first} to {last} was changed together with its hash (seal {seal}): they do not give its root"
    )]
    LeavesChanged {
        /// The seal.
        seal: i64,
        /// Its first entry.
        first: AuditLogId,
        /// Its last entry.
        last: AuditLogId,
    },
    /// What is personal in an entry is not what it was.
    #[error("the personal data of entry {id} was changed (line {line})")]
    DetailsChanged {
        /// The entry.
        id: AuditLogId,
        /// Where it stands in the file.
        line: usize,
    },
}

fn known(id: Option<&AuditLogId>) -> String {
    id.map_or_else(|| "of an unknown id".to_owned(), ToString::to_string)
}
