//! What an installation decides about signing in.
use crate::BreachedPasswords;
use chrono::TimeDelta;
use serde::Deserialize;
use std::time::Duration;

/// How strangers found organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpMode {
    /// With one request, whose answer tells whether somebody has the address. A mail works as well.
    AtOnce,
    /// After they have answered a mail: nobody learns who has an account.
    ByMail,
}

/// What an installation decides about signing in. The defaults are for production.
#[derive(Clone, Debug)]
pub struct AuthOptions {
    /// Memory of one password hash, in KiB. OWASP's Password Storage Cheat Sheet: 46 MiB with one iteration.
    pub argon2_memory_kib: u32,
    /// Passes over that memory.
    pub argon2_iterations: u32,
    /// Lanes of one hash.
    pub argon2_parallelism: u32,
    /// Password hashes that are computed at once: memory and a processor each.
    pub max_concurrent_hashes: usize,
    /// Password hashes that may wait for their turn; more are refused.
    pub max_waiting_hashes: usize,
    /// How long a refused sign-in, a refused token of a mail or an invitation, and asking for a mail about a forgotten password take at the
    /// least: see `unhurried.rs`.
    pub refusal_time: Duration,
    /// Wrong passwords in a row from a network at accounts that were never used from there, after which pauses begin for it; 0 is
    /// never. More than one person with a new device mistypes, fewer than a list of accounts that is tried.
    pub network_free_failures: u16,
    /// How strangers found organizations.
    pub sign_up: SignUpMode,
    /// The fewest characters of a password. NIST SP 800-63B-4, section 3.1.1.2, asks for 15 where a password is the only factor
    /// and 8 beside another; 12 with a list of common ones is OWASP's middle.
    pub password_min_length: usize,
    /// Passwords that were breached elsewhere and are refused: an installation's own large list beside the common ones that are
    /// always refused (ASVS 5.0, 6.2.12).
    pub breached_passwords: Option<BreachedPasswords>,
    /// How long an access token is valid.
    pub access_token_lifetime: TimeDelta,
    /// How long a session lasts without being renewed.
    pub session_idle_lifetime: TimeDelta,
    /// How long a session lasts, however often it is renewed.
    pub session_lifetime: TimeDelta,
    /// Who issues access tokens: the claim `iss`.
    pub issuer: String,
    /// Whom access tokens are for: the claim `aud`.
    pub audience: String,
    /// The same of platform administrators' tokens. Must be another, so that no token opens the doors of both.
    pub platform_audience: String,
}

impl Default for AuthOptions {
    fn default() -> Self {
        Self {
            argon2_memory_kib: 47_104,
            argon2_iterations: 1,
            argon2_parallelism: 1,
            max_concurrent_hashes: 2,
            max_waiting_hashes: 256,
            refusal_time: Duration::from_millis(200),
            network_free_failures: 20,
            sign_up: SignUpMode::ByMail,
            password_min_length: 12,
            breached_passwords: None,
            access_token_lifetime: TimeDelta::minutes(10),
            session_idle_lifetime: TimeDelta::days(30),
            session_lifetime: TimeDelta::days(90),
            issuer: "purser".to_owned(),
            audience: "purser-api".to_owned(),
            platform_audience: "purser-platform".to_owned(),
        }
    }
}
