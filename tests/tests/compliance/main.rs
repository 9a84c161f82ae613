//! A trail that cannot be quietly edited, and who read what.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod accesses;
mod at_once;
mod command;
mod erasing;
mod export;
mod pii;
mod proofs;
mod sealing;
mod tampering;
mod trail;
