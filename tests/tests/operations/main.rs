//! What an operator does: starting, migrating, seeding, reading metrics.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod jobs;
mod keys;
mod master_key;
mod metrics;
mod migrating;
mod schedules;
mod seeding;
mod starting;
mod workers;
