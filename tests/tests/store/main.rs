//! What the store promises, on both databases.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod cancel;
mod idempotency;
mod jobs;
mod jobs_ahead;
mod jobs_in_turn;
mod jobs_that_are_over;
mod jobs_that_fail;
mod jobs_that_last;
mod key_rotation;
mod news;
mod numbers;
mod outbox;
mod pages;
mod queries;
mod retention;
mod rows;
mod schedules;
mod statistics;
mod tenants;
mod vault;
mod verify;
mod waiting;
mod work;
mod world;
