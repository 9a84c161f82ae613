//! The job from end to end: a customer writes on WhatsApp, Purser drafts the order, a person reviews and confirms it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]
mod at_once;
mod catalogue_at_once;
mod corrections;
mod drafts;
mod events;
mod limits;
mod one_index;
mod relinked;
mod shop;
mod story;
mod unknown_sender;
mod unreadable;
