//! What others rely on: the API, its problems, the permissions, the schema of both databases. Each is a file in the repository;
//! `PURSER_ACCEPT=1 cargo test --workspace --test contracts` writes them all.
//!
//! The kinds of jobs and the statements of the speed harness are held against what people write.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod databases;
mod jobs;
mod openapi;
mod permissions;
mod problems;
mod roles;
mod schema;
mod sources;
mod speed;
