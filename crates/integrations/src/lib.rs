//! Connections to providers and what they send.
