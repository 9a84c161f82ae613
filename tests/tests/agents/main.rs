//! What readers and models answered, and what people taught them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod answers;
