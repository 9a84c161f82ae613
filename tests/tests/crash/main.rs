//! The real program, killed: what was acknowledged is there when it starts again.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]
mod killed;
mod program;
mod stopped;
