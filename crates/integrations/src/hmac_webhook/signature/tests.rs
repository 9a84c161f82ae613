use super::*;
use crate::{connections::Connects, hmac_webhook::SecretEncoding};
use chrono::DateTime;
use std::collections::BTreeMap;

fn config() -> HmacConfig {
    HmacConfig {
        algorithm: Algorithm::Sha256,
        encoding: DigestEncoding::Hex,
        secret_encoding: SecretEncoding::Text,
        signature_header: "X-Signature".to_owned(),
        signature_prefix: String::new(),
        signed_content: "{body}".to_owned(),
        timestamp_header: None,
        tolerance_seconds: 300,
        id_header: None,
        id_pointer: None,
        message: None,
    }
}

fn is_right(config: HmacConfig, secret: &str, headers: &[(&str, &str)], body: &str) -> bool {
    let config = config.checked().unwrap();
    let headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    is_valid(&config, &secret.into(), Knock { target: "/", headers: &headers, body: body.as_bytes() }, now)
}

// RFC 4231, test case 2.
const BODY: &str = "what do ya want for nothing?";
const SHA256: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const SHA512: &str = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";

#[test]
fn agrees_with_the_standard() {
    assert!(is_right(config(), "Jefe", &[("x-signature", SHA256)], BODY));
    let sha512 = HmacConfig { algorithm: Algorithm::Sha512, ..config() };
    assert!(is_right(sha512.clone(), "Jefe", &[("x-signature", SHA512)], BODY));
    assert!(!is_right(sha512, "Jefe", &[("x-signature", SHA256)], BODY));
    let base64 = HmacConfig { encoding: DigestEncoding::Base64, signature_prefix: "v1,".to_owned(), ..config() };
    let digest = format!("v1,{}", STANDARD.encode(hex::decode::<32>(SHA256).unwrap()));
    assert!(is_right(base64.clone(), "Jefe", &[("x-signature", &digest)], BODY));
    assert!(is_right(base64.clone(), "Jefe", &[("x-signature", &format!("v1,AAAA {digest}"))], BODY), "one of two");
    assert!(!is_right(base64, "Jefe", &[("x-signature", &digest[3..])], BODY), "without what stands before it");
    let key = HmacConfig { secret_encoding: SecretEncoding::Base64, ..config() };
    assert!(is_right(key, &format!("whsec_{}", STANDARD.encode("Jefe")), &[("x-signature", SHA256)], BODY));
}

#[test]
fn refuses_everything_else() {
    for (secret, header, signature, body) in [
        ("jefe", "x-signature", SHA256, BODY),
        ("Jefe", "x-signature", SHA256, "what do ya want for nothing!"),
        ("Jefe", "x-signature", "", BODY),
        ("Jefe", "x-signature", &SHA256[..62], BODY),
        ("Jefe", "x-signature-2", SHA256, BODY),
    ] {
        assert!(!is_right(config(), secret, &[(header, signature)], body), "{secret} {header} {signature}");
    }
}

#[test]
fn what_is_late_is_refused() {
    let timed = HmacConfig {
        timestamp_header: Some("X-Time".to_owned()),
        id_header: Some("X-Id".to_owned()),
        signed_content: "{id}.{timestamp}.{body}".to_owned(),
        ..config()
    };
    let sent = |time: &str, id: &str, signed: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(signed.as_bytes());
        let signature = hex::encode(&mac.finalize().into_bytes());
        is_right(timed.clone(), "Jefe", &[("x-signature", &signature), ("x-time", time), ("x-id", id)], "body")
    };
    assert!(sent("1700000000", "a", "a.1700000000.body"));
    assert!(sent("1700000300", "a", "a.1700000300.body") && sent("1699999700", "a", "a.1699999700.body"));
    assert!(!sent("1700000301", "a", "a.1700000301.body") && !sent("1699999699", "a", "a.1699999699.body"));
    assert!(!sent("1700000001", "a", "a.1700000000.body"), "another time");
    assert!(!sent("1700000000", "b", "a.1700000000.body"), "another id");
    for time in ["", "now", "-9223372036854775808", "9223372036854775807"] {
        assert!(!sent(time, "a", &format!("a.{time}.body")), "{time}");
    }
}

#[test]
fn every_fault_is_said_at_its_field() {
    let wrong = HmacConfig {
        signature_header: "x y".to_owned(),
        signature_prefix: "a b".to_owned(),
        signed_content: "{timestamp}.{body}".to_owned(),
        tolerance_seconds: 0,
        id_header: Some(String::new()),
        id_pointer: Some("id".to_owned()),
        ..config()
    };
    let problem = wrong.checked().unwrap_err();
    let pointers: Vec<_> = problem.errors().iter().map(|error| &*error.pointer).collect();
    let expected = [
        "/config/signature_header",
        "/config/id_header",
        "/config/signature_prefix",
        "/config/signed_content",
        "/config/tolerance_seconds",
        "/config/id_pointer",
    ];
    assert_eq!(pointers, expected);
    for signed in ["{body}{body}", "body", "{body}.", "{id}{body}"] {
        let wrong = HmacConfig { signed_content: signed.to_owned(), ..config() };
        assert_eq!(wrong.checked().unwrap_err().errors()[0].pointer, "/config/signed_content", "{signed}");
    }
    let timed = HmacConfig { timestamp_header: Some("x-time".to_owned()), ..config() };
    assert!(timed.checked().is_err(), "a time that is not signed");
}
