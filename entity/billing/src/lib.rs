//! Tables of metered use.
