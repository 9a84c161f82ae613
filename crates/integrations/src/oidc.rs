//! An organization's own OpenID provider, for signing in (OpenID Connect Core 1.0, Discovery 1.0).
//!
//! The authorization code flow with PKCE (RFC 7636). What is fetched goes through a client of our own: to addresses that were
//! looked at, over TLS, without following redirects.
mod claims;
mod config;
mod exchange;
mod http;
mod provider;

pub(crate) use provider::provider;

pub use config::{OidcConfig, OidcCredentials, SecondFactor};
pub use provider::{NewOidc, OidcPatch};
