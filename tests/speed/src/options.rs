//! What a sitting is told.
use clap::{Parser, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Whether the bare handler answers and asks the database as the API does.
    Check,
    /// One order with its lines.
    Get,
    /// A page of 50 orders, at two sizes of the table.
    Page,
    /// Confirming an order.
    Confirm,
    /// From a message to its draft.
    Draft,
    /// What an idle server holds.
    Memory,
}

/// A sitting.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Where filled databases are kept from sitting to sitting.
    #[arg(long)]
    pub(crate) dir: PathBuf,
    /// The folder of the programs `purser` and `bare`.
    #[arg(long)]
    pub(crate) programs: PathBuf,
    /// Names the schema: a database of another one is not used.
    #[arg(long)]
    pub(crate) schema: String,
    /// A PostgreSQL of our own, as its superuser; it has the roles `speed_owner` and `speed_app`.
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// The program, where it is not in the path.
    #[arg(long)]
    pub(crate) pgbench: Option<PathBuf>,
    /// Only this one: `sqlite` or `postgres`.
    #[arg(long)]
    engine: Option<String>,
    /// Only these.
    #[arg(long = "case", value_delimiter = ',')]
    cases: Vec<Case>,
    /// How often everybody has their turn.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// How long a turn takes.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Requests at the same time.
    #[arg(long, default_value_t = 8)]
    pub(crate) connections: usize,
    /// Threads that serve.
    #[arg(long, default_value_t = 2)]
    pub(crate) threads: usize,
    /// Connections to the database.
    #[arg(long, default_value_t = 10)]
    pub(crate) pool: u32,
    /// Orders in the large table.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) large: u64,
}

impl Options {
    pub(crate) fn cases(&self) -> Vec<Case> {
        if self.cases.is_empty() { Case::value_variants().to_vec() } else { self.cases.clone() }
    }

    pub(crate) fn only(&self) -> Option<&str> {
        self.engine.as_deref()
    }

    pub(crate) fn turn(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
