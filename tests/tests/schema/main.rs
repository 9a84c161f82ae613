//! The schema: what the migrations make, and whether it is what the data model promises.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod constraints;
mod drift;
mod isolation;
mod roles;
mod round_trip;
mod rules;
mod up_and_down;
