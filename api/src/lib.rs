//! The `purser` binary as a library: HTTP, workers and wiring, so that tests and `purser demo` start the real server.
pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod data_dir;
pub mod demo;
pub mod failure;
pub mod http;
pub mod logging;
pub mod mail;
pub mod master_key;
pub mod metrics;
pub mod migrations;
pub mod report;
pub mod seed;
pub mod wiring;

pub use config::Config;
pub use failure::Failure;
