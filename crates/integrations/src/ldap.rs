//! An organization's own LDAP directory (RFC 4511), for signing in.
//!
//! A service account looks the person up and a bind as that person checks the password. All of it goes over TLS: `ldaps`, or
//! StartTLS before anything else is said (RFC 4513, section 3).
mod config;
mod connection;
mod directory;
mod filter;
mod provider;

pub use config::{LdapConfig, LdapCredentials, LdapGroupSearch, LdapSecurity};
pub(crate) use provider::directory;
pub use provider::{LdapPatch, NewLdap};
