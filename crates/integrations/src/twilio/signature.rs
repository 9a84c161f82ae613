//! Who sent it.
//!
//! Twilio, "Webhooks security", section "Validating signatures from Twilio": `X-Twilio-Signature` is the HMAC-SHA1, in Base64, of the URL as
//! Twilio was told it and of the form's parameters in their order. A body in JSON is signed by its SHA-256 in the URL's `bodySHA256`.
use super::params::{Params, is_form};
use crate::webhooks::Knock;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{ExposeSecret, SecretString, hex};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

/// Whether `knock` at `url` is signed with the account's token. Takes equally long wherever the two differ.
pub(crate) fn is_valid(token: &SecretString, url: &str, knock: Knock<'_>) -> bool {
    let Some(given) = knock.header("x-twilio-signature").and_then(|text| STANDARD.decode(text.trim()).ok()) else {
        return false;
    };
    let content_type = knock.header("content-type");
    let params = if is_form(content_type) {
        match Params::read(content_type, knock.body) {
            Ok(params) => params.signed(),
            Err(_) => return false,
        }
    } else if has_hash_of(url, knock.body) {
        String::new()
    } else {
        // Nothing says anything of this body.
        return false;
    };
    // Twilio has signed with and without the port over the years; its own libraries try both.
    [url, &*other_port(url)].into_iter().any(|url| {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.expose_secret().as_bytes()) else {
            return false;
        };
        mac.update(url.as_bytes());
        mac.update(params.as_bytes());
        mac.verify_slice(&given).is_ok()
    })
}

/// Whether the URL's `bodySHA256` is the body's.
fn has_hash_of(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    let Some(given) = given.and_then(|(_, value)| hex::decode::<32>(&value)) else {
        return false;
    };
    Sha256::digest(body).as_slice().ct_eq(&given[..]).into()
}

/// The URL with its scheme's own port where it has none, and without a port where it has one.
fn other_port(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => format!("{scheme}://{name}{path}"),
        _ => format!("{scheme}://{host}:{}{path}", if scheme == "https" { 443 } else { 80 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    // Twilio's documentation: the account's token, the URL and the parameters of its example.
    const TOKEN: &str = "12345";
    const URL: &str = "https://example.com/myapp.php?foo=1&bar=2";
    const FORM: &str =
        "Digits=1234&CallSid=CA1234567890ABCDE&To=%2B18005551212&Caller=%2B14158675310&From=%2B14158675310";
    const SIGNATURE: &str = "L/OH5YylLD5NRKLltdqwSvS0BnU=";

    fn is_right(url: &str, content_type: &str, body: &str, signature: &str) -> bool {
        let headers = [("content-type", content_type), ("x-twilio-signature", signature)];
        let headers: BTreeMap<_, _> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        is_valid(&TOKEN.into(), url, Knock { target: "/", headers: &headers, body: body.as_bytes() })
    }

    const A_FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

    #[test]
    fn agrees_with_the_documentation() {
        assert!(is_right(URL, A_FORM, FORM, SIGNATURE));
        assert!(is_right(&URL.replace(".com/", ".com:443/"), A_FORM, FORM, SIGNATURE), "whoever names the port");
        assert!(is_right(URL, A_FORM, &format!("{FORM}&Digits=1234"), SIGNATURE), "the same twice is once");
    }

    #[test]
    fn refuses_everything_else() {
        for (url, content_type, body, signature) in [
            (URL, A_FORM, FORM, ""),
            (URL, A_FORM, FORM, "L/OH5YylLD5NRKLltdqwSvS0BnU"),
            (URL, A_FORM, FORM, "M/OH5YylLD5NRKLltdqwSvS0BnU="),
            (URL, A_FORM, "", SIGNATURE),
            (URL, A_FORM, &FORM.replace("1234&", "1235&"), SIGNATURE),
            (URL, A_FORM, &format!("{FORM}&More=1"), SIGNATURE),
            (URL, "application/json", FORM, SIGNATURE),
            (URL, "", FORM, SIGNATURE),
            ("https://example.com/myapp.php?foo=1&bar=3", A_FORM, FORM, SIGNATURE),
            ("http://example.com/myapp.php?foo=1&bar=2", A_FORM, FORM, SIGNATURE),
            ("https://example.com:8443/myapp.php?foo=1&bar=2", A_FORM, "", SIGNATURE),
        ] {
            assert!(!is_right(url, content_type, body, signature), "{url} {content_type} {body} {signature}");
        }
    }

    #[test]
    fn a_body_that_is_no_form_is_signed_by_its_hash() {
        let body = "{\"MessageSid\":\"SM1\"}";
        let url = format!("https://example.com/a?bodySHA256={}", hex::encode(&Sha256::digest(body)));
        let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(url.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        assert!(is_right(&url, "application/json", body, &signature));
        assert!(!is_right(&url, "application/json", "{\"MessageSid\":\"SM2\"}", &signature));
    }
}
