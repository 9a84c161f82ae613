//! Checks an export offline, with public keys alone.
//!
//! Every seal has to be there, in its place behind the one before and signed; every entry that a seal has, too, unchanged and where it was.
//! The first finding is about the first thing in the file that is not as it was sealed. `docs/domains/compliance.md` says what this
//! does not show.
mod check;
mod finding;
mod trail;

pub use finding::Finding;

use crate::{merkle::Hash, statement::PublicKey};
use purser_kernel::OrganizationId;
use std::io::{self, BufRead};
use trail::Trail;

/// What was found in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose trail it is, as far as it says so.
    pub organization: Option<OrganizationId>,
    /// Seals in it.
    pub seals: usize,
    /// Entries in these.
    pub sealed: usize,
    /// Entries that are not sealed yet: about these nothing is shown.
    pub open: usize,
    /// The last seal whose entries were removed because they were old, as a sealed entry says; 0 where none were.
    pub expired: i64,
    /// Seals that were closed by a clock that was more than an hour ahead of that of a later seal: what was inserted with a time of then
    /// is not told from what was written then.
    pub ahead: usize,
    /// Entries whose personal data was erased.
    pub erased: usize,
    /// The number of the last seal and its root, for whoever wants to know next time that the end was not cut off.
    pub last: Option<(i64, String)>,
    /// What is not as it was sealed; nothing when all of it is.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether the trail is as it was sealed.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Checks an export in the form of [`Lines`](crate::export::Lines). `roots` are those of seals that it must have, such as
/// the last one of an earlier export: without one nobody can tell whether the end was cut off.
///
/// Of each entry its id, hashes and time are kept in memory, some 200 bytes.
pub fn verify(export: impl BufRead, keys: &[PublicKey], roots: &[Hash]) -> Result<Report, io::Error> {
    let mut trail = Trail::default();
    for (number, line) in (1..).zip(export.lines()) {
        trail.read(number, &line?);
    }
    Ok(check::report(trail, keys, roots))
}
