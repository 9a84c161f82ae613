//! A trail that cannot be quietly edited, who read what, and how long what is kept.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "what is measured is printed")]
mod accesses;
mod at_once;
mod command;
mod deletions;
mod erasing;
mod expiring;
mod export;
mod pii;
mod proofs;
mod retention;
mod sealing;
mod tampering;
mod trail;
