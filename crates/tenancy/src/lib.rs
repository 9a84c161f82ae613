//! Organizations, members, roles and what they may do.
