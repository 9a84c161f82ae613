//! Tables of people, their passwords and sessions.
