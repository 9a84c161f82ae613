//! Files: how they come in, go out, and go for good.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod content;
mod folder;
mod in_use;
mod limits;
mod lists;
mod names;
mod refused;
mod retried;
mod swept;
