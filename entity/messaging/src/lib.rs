//! Tables of conversations and messages.
