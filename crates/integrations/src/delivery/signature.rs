//! Who sent it, as Standard Webhooks has it ("Signature scheme", symmetric): the HMAC-SHA256 of id, time and body with points between,
//! in base64 behind the scheme's name. Of several signatures, with spaces between, one has to be right.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::Problem;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The value of `webhook-signature`: one signature for each key.
pub(super) fn sign(keys: &[Zeroizing<Vec<u8>>], id: &str, timestamp: i64, body: &[u8]) -> Result<String, Problem> {
    let signatures = keys.iter().map(|key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    });
    Ok(signatures.collect::<Result<Vec<_>, Problem>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's test vectors.
    #[test]
    fn agrees_with_the_specification() {
        let key = Zeroizing::new(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let signed = sign(&[key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
