//! Connections to providers, and the door at which WhatsApp knocks.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod connections;
mod credentials;
mod door;
mod events;
mod walls;
mod world;
