//! Conversations with customers, over every channel, and what members are told of.
//!
//! [`InboxService`] is where messages arrive (the port [`purser_store::ports::Inbox`]); [`conversations`] is what people do
//! with them.
//! [`notifications`] tell people what has happened.
pub mod conversations;
mod events;
mod inbox;
pub mod notifications;
mod texts;

pub use events::{ConversationLinked, MessageReceived, event_types};
pub use inbox::InboxService;
/// The rows that the functions of this crate return.
pub use purser_entity_messaging as entity;
pub use texts::MessageTexts;
