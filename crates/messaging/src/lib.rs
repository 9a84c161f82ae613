//! Conversations with customers.
