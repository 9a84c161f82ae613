//! Time-based one-time passwords as authenticator apps have them: SHA-1, six digits, 30 seconds.
use purser_kernel::{Problem, SecretString, Timestamp, random};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// RFC 4226, section 4: at least 128 bits, 160 are recommended.
const SECRET: usize = 20;
/// Steps before and after the present one that count, too: clocks differ, and people type (RFC 6238, section 5.2).
const SKEW: u16 = 1;
const DIGITS: usize = 6;
/// What apps show beside the account.
const ISSUER: &str = "Purser";

/// A secret that nobody can guess.
pub(super) fn generate() -> Result<Zeroizing<[u8; SECRET]>, Problem> {
    Ok(Zeroizing::new(random::bytes::<SECRET>()?))
}

/// Whether this is a code of an app, right or wrong.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The time step that `code` is right for, if it is right about now.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>, Problem> {
    if !is_code(code) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.timestamp()).map_err(Problem::internal)?;
    let step = totp(secret, "")?.check(code, seconds);
    step.map(i64::try_from).transpose().map_err(Problem::internal)
}

/// The secret as a person types it, and as a picture for an app would say it (Google Authenticator's Key URI Format).
pub(super) fn shown(secret: &[u8], account: &str) -> Result<(SecretString, SecretString), Problem> {
    let uri = totp(secret, account)?.to_url().map_err(|error| Problem::internal(error.to_string()))?;
    Ok((Secret::from(secret.to_vec()).to_base32().into(), uri.into()))
}

fn totp(secret: &[u8], account: &str) -> Result<Totp, Problem> {
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(SKEW).with_issuer(Some(ISSUER));
    builder.with_account_name(account).build().map_err(|error| Problem::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::ExposeSecret;

    /// RFC 6238, appendix B, of which apps show the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (2_000_000_000, "279037")]
        {
            let at = |offset: i64| Timestamp::from_timestamp(seconds + offset, 0).unwrap();
            assert_eq!(step_of(secret, code, at(0)).unwrap(), Some(seconds / 30));
            assert_eq!(step_of(secret, code, at(30)).unwrap(), Some(seconds / 30), "a slow typist");
            assert_eq!(step_of(secret, code, at(90)).unwrap(), None);
            for wrong in ["", "000000", "28708", "2870822", "abcdef", "²⁸7082", &"1".repeat(10_000)] {
                assert_eq!(step_of(secret, wrong, at(0)).unwrap(), None, "{wrong}");
            }
        }
    }

    #[test]
    fn an_app_is_told_all_it_needs() {
        let (secret, uri) = shown(b"12345678901234567890", "ann+x@example.com").unwrap();
        assert_eq!(secret.expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = uri.expose_secret();
        assert!(uri.starts_with("otpauth://totp/Purser:ann%2Bx%40example.com?"), "{uri}");
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && uri.contains("issuer=Purser"), "{uri}");
    }
}
