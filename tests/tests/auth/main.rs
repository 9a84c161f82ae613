//! Signing up, in and out: what the service promises, on both databases and by a clock that tests move.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod house;
mod http;
mod refresh;
mod rights;
mod sign_in;
mod sign_up;
