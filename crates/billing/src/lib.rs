//! Metering of what is used.
