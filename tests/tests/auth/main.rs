//! Signing up, in and out: what the service promises, on both databases and by a clock that tests move.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod api_key_rights;
mod api_keys;
mod guessing;
mod house;
mod http;
mod ldap;
mod mfa;
mod oidc;
mod one_time;
mod passwords;
mod profile;
mod refresh;
mod rights;
mod sessions;
mod sign_in;
mod sign_up;
mod sign_up_by_mail;
mod signing;
mod tokens;
