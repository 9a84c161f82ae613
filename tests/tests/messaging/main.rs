//! Conversations: how messages arrive, and what people do with them.
mod arrival;
mod at_once;
mod content;
mod links;
mod lists;
mod notifications;
mod statuses;
mod walls;
