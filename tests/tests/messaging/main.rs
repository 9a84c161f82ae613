//! Conversations: how messages arrive, and what people do with them.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod arrival;
mod at_once;
mod content;
mod links;
mod lists;
mod statuses;
mod walls;
