//! The one seam to the machine's entropy.
use crate::Problem;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// `N` bytes that nobody can predict, from the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the seam for entropy")]
pub fn bytes<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    Ok(bytes)
}

/// A token of 256 random bits, in URL-safe base64 without padding (43 characters).
pub fn token() -> Result<String, Problem> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// A number from 0 up to and not including 1, for jitter. Falls back to the middle when the system has no entropy.
pub fn fraction() -> f64 {
    bytes::<4>().map_or(0.5, |bytes| f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0))
}
