//! One sitting: the API, a bare handler and pgbench do the same work in turn, on both databases.
//!
//! `tests/speed/run` builds what is needed, makes a PostgreSQL of its own and starts this. See docs/performance.md.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what was measured is printed, and what takes long is said"
)]
mod cases;
mod check;
mod contest;
mod dataset;
mod drafts;
mod figures;
mod load;
mod memory;
mod options;
mod pgbench;
mod program;

use clap::Parser;
use options::{Case, Options};
use purser_tests::database::Engine;

/// What can go wrong is told and ends the sitting.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let options = Options::parse();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine == Engine::Postgres && options.postgres.is_none() {
            println!("\nPostgreSQL: not measured, it is not installed.");
            continue;
        }
        if options.only().is_some_and(|only| only != format!("{engine:?}").to_lowercase()) {
            continue;
        }
        println!("\n## {engine:?}");
        for case in options.cases() {
            match case {
                Case::Check => check::run(&options, engine).await?,
                Case::Get => cases::get(&options, engine).await?,
                Case::Page => cases::page(&options, engine).await?,
                Case::Confirm => cases::confirm(&options, engine).await?,
                Case::Draft => drafts::run(&options, engine).await?,
                Case::Memory => memory::run(&options, engine).await?,
            }
        }
    }
    Ok(())
}
