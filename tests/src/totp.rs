//! The codes of an authenticator app.
use purser_kernel::{Clock, Timestamp};
use totp_rs::{Builder, Secret};

/// The code of the step that is `steps` after the present one, for a secret in base32.
pub fn code_at(secret: &str, steps: i64) -> String {
    code_by(Clock::system().now(), secret, steps)
}

/// As [`code_at`], by a clock that stands at `now`.
pub fn code_by(now: Timestamp, secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("base32");
    let app = Builder::new().with_secret(secret).build().expect("a secret of the right length");
    let time = now.timestamp() + steps * 30;
    app.generate(u64::try_from(time).expect("a time after 1970")).to_string()
}
