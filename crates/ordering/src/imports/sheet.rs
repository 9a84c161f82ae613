//! What a table is to a spreadsheet.
use super::Cells;
use async_trait::async_trait;
use purser_store::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// A table whose rows are read from files and written to files.
#[async_trait]
pub trait Sheet: Send + Sync {
    /// What one row is in the audit trail, such as `product`.
    const RESOURCE: &'static str;
    /// The action of an import in the audit trail, such as `product.import`.
    const ACTION: &'static str;
    /// The columns of a file, named as the API names the fields. The first is the key that rows are known by.
    const COLUMNS: &'static [&'static str];
    /// Columns that a new row cannot do without.
    const REQUIRED: &'static [&'static str];
    /// What an import needs: it shows what is stored, before and beside what it changes.
    const IMPORT: &'static [Permission];
    /// What an export needs.
    const EXPORT: Permission;
    /// A stored row.
    type Row: Send + Sync;
    /// What the rows of a batch refer to, looked up for all of them at once.
    type Known: Send + Sync;

    /// The form in which a key is compared.
    fn key(&self, cell: &str) -> String;

    /// What a stored row is known by.
    fn id(&self, row: &Self::Row) -> Uuid;

    /// A stored row as the cells of [`Sheet::COLUMNS`].
    fn cells(&self, row: &Self::Row) -> Vec<String>;

    /// The stored rows that have one of these keys, by their keys; locked if `reach` writes.
    async fn stored(&self, reach: Reach<'_>, keys: &[String]) -> Result<HashMap<String, Self::Row>, Problem>;

    /// Looks up what the rows of a batch refer to.
    async fn known(&self, tx: &ReadTx, rows: &[(&Cells, Option<&Self::Row>)]) -> Result<Self::Known, Problem>;

    /// The row that `cells` make of `before`, by the same rules as a single change.
    fn after(
        &self,
        tx: &ReadTx,
        known: &Self::Known,
        cells: &Cells,
        before: Option<&Self::Row>,
    ) -> Result<Self::Row, Problem>;

    /// Takes what a change of many rows has to hold.
    async fn begin(&self, tx: &WriteTx) -> Result<(), Problem>;

    /// Writes rows with their audit entries and events.
    async fn write(&self, tx: &WriteTx, changes: Vec<Change<Self::Row>>) -> Result<(), Problem>;

    /// A page of all rows, the oldest first.
    async fn page(&self, tx: &ReadTx, page: &PageRequest) -> Result<Page<Self::Row>, Problem>;
}

/// A row that is written.
pub struct Change<R> {
    /// As it is stored; `None` for a new one.
    pub before: Option<R>,
    /// As it is written.
    pub after: R,
}

/// Whether an import looks or writes.
#[derive(Clone, Copy)]
pub enum Reach<'t> {
    /// A dry run.
    Look(&'t ReadTx),
    /// A commit.
    Write(&'t WriteTx),
}

impl<'t> Reach<'t> {
    /// The transaction.
    pub fn tx(self) -> &'t ReadTx {
        match self {
            Self::Look(tx) => tx,
            Self::Write(tx) => tx,
        }
    }

    /// The rows of `E`, which nobody else changes until the end of a transaction that writes.
    pub fn find<E: TenantEntity>(self) -> Scoped<'t, E> {
        match self {
            Self::Look(tx) => tx.find(),
            Self::Write(tx) => tx.find_for_update(),
        }
    }
}
