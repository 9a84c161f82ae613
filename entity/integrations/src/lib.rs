//! Tables of connections to providers.
