//! What the bare handler and the scripts of pgbench have in common: the statements.
//!
//! They are the API's own, word for word: the harness compares what PostgreSQL saw of both (`check.rs`).
pub mod statements;
