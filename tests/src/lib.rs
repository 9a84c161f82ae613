//! Black-box suites, the same tests on SQLite and on PostgreSQL.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "this is what tests stand on: it panics where a test would, and says what was not run"
)]
pub mod app;
mod certificates;
pub mod contract;
pub mod database;
pub mod doors;
pub mod event_stream;
pub mod openid;
pub mod payloads;
pub mod program;
mod python;
pub mod receiver;
pub mod schema;
pub mod slapd;
pub mod standard_webhooks;
pub mod steps;
pub mod totp;
pub mod traffic;
pub mod wall;
pub mod whatsapp;
pub mod whole;
pub mod world;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
