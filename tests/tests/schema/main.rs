//! The schema: what the migrations make, and whether it is what the data model promises.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod constraints;
mod deletable;
mod drift;
mod isolation;
mod partitions;
mod purged;
mod roles;
mod round_trip;
mod rows;
mod rules;
mod sealed;
mod up_and_down;
mod walls;
