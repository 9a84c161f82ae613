//! Faults around the program, and clients that go away: it recovers without a hand, and nothing acknowledged is lost.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a run that failed is asked for again by the seed that it printed")]
mod cancelled;
mod delivered;
mod disconnected;
mod ended;
mod events;
mod exhausted;
mod locked;
