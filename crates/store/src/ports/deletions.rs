//! What a domain says about the deletion of its rows, for who brings them back and who purges them.
use crate::{Deletion, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Permission, Problem};

/// Where a row of one table names a row of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
}

impl Reference {
    /// A reference in `column` of `table`.
    pub const fn new(table: &'static str, column: &'static str) -> Self {
        Self { table, column }
    }
}

/// A table whose rows people delete and can bring back.
#[derive(Clone, Copy, Debug)]
pub struct Deletable {
    /// The table.
    pub table: &'static str,
    /// Its name in the singular, as deletions, events and the trail have it.
    pub resource: &'static str,
    /// Tables whose rows go with such a row and come back with it.
    pub parts: &'static [&'static str],
    /// What it takes to see what was deleted.
    pub read: Permission,
    /// What it takes to delete one, and so to bring it back or to purge it.
    pub manage: Permission,
    /// Whether it may hold what is about people.
    pub is_personal: bool,
    /// Where something that stays may name such a row. A row that is named is [emptied](Restorable::empty) and not removed.
    pub referred_to_by: &'static [Reference],
    /// Tables that name such a row, and whose rows [`Restorable::remove`] removes or changes first.
    pub removed_first: &'static [&'static str],
}

/// How far a purge has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is left to do.
    Done,
    /// More is left than one transaction should remove: again, in another one.
    Partly,
}

/// Implemented by each domain for each table whose rows people delete. Whoever asks has locked the deletion, and has checked the
/// permissions that [`Deletable`] names.
#[async_trait]
pub trait Restorable: Send + Sync {
    /// The table.
    fn about(&self) -> Deletable;

    /// Brings the row back, with what went with it. What is in the way is a problem of the domain's, with status 409.
    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem>;

    /// Removes the row that nothing refers to, with what hangs on it. Again without harm.
    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem>;

    /// Empties the row that something refers to of what is personal or secret. Again without harm.
    async fn empty(&self, _tx: &WriteTx, _deletion: &Deletion) -> Result<Progress, Problem> {
        Ok(Progress::Done)
    }
}
