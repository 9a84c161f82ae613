//! How a provider signs, and what is read of what it sends.
use crate::{connections::Connects, provider::Provider};
use base64::{Engine, engine::general_purpose::STANDARD};
use purser_kernel::{ExposeSecret, Problem, SecretString, text, text::Findings};
use serde::{Deserialize, Serialize};

/// What the digest is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

/// How the digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestEncoding {
    /// Hexadecimal digits.
    Hex,
    /// Base64 (RFC 4648, section 4).
    Base64,
}

/// How the secret is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretEncoding {
    /// Its bytes are the key.
    Text,
    /// It is the key in Base64; `whsec_` before it is not a part of it.
    Base64,
}

/// Where in the body, by JSON pointers, a message stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageMap {
    /// Who wrote: the contact's address in the channel `web`.
    pub from: String,
    /// What they wrote.
    pub text: String,
    /// What they call themselves.
    pub name: Option<String>,
}

/// How a provider signs, and what is read of what it sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacConfig {
    /// What the digest is made with.
    pub algorithm: Algorithm,
    /// How it is written.
    pub encoding: DigestEncoding,
    /// How the secret is written.
    pub secret_encoding: SecretEncoding,
    /// Where it stands, in lower case.
    pub signature_header: String,
    /// What stands before it, such as `sha256=`.
    pub signature_prefix: String,
    /// What is signed: `{body}`, and before it `{timestamp}` and `{id}`, such as `{timestamp}.{body}`.
    pub signed_content: String,
    /// Where the time stands at which it was sent, in seconds since 1970.
    pub timestamp_header: Option<String>,
    /// How far that may be from now, in seconds.
    pub tolerance_seconds: u32,
    /// Where the provider's id of the event stands.
    pub id_header: Option<String>,
    /// Or where in the body, as a JSON pointer.
    pub id_pointer: Option<String>,
    /// How a message is read, if it is one.
    pub message: Option<MessageMap>,
}

const MAX_HEADER: usize = 100;
const MAX_PREFIX: usize = 50;
const MAX_POINTER: usize = 200;
const MAX_TOLERANCE: u32 = 86_400;
pub(super) const BODY: &str = "{body}";

impl Connects for HmacConfig {
    const PROVIDER: Provider = Provider::Hmac;
    const SECRET: Option<&'static str> = Some("secret");

    fn checked(mut self) -> Result<Self, Problem> {
        let mut findings = Findings::new();
        let signature_header = findings.check(header("signature_header", &self.signature_header))?;
        for (name, value) in [("timestamp_header", &mut self.timestamp_header), ("id_header", &mut self.id_header)] {
            if let Some(given) = value {
                *value = findings.check(header(name, given))?;
            }
        }
        let prefix = &self.signature_prefix;
        if prefix.len() > MAX_PREFIX || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            let why = "must be up to 50 visible ASCII characters";
            findings.check(Err::<(), _>(invalid("signature_prefix", "not_a_word", why)))?;
        }
        findings.check(content(&self))?;
        if !(1..=MAX_TOLERANCE).contains(&self.tolerance_seconds) {
            let why = "must be from 1 to 86400";
            findings.check(Err::<(), _>(invalid("tolerance_seconds", "out_of_range", why)))?;
        }
        if self.id_header.is_some() && self.id_pointer.is_some() {
            let why = "must be left out where the id stands in a header";
            findings.check(Err::<(), _>(invalid("id_pointer", "one_or_the_other", why)))?;
        }
        let map = self.message.as_ref();
        for (name, value) in [
            ("id_pointer", self.id_pointer.as_ref()),
            ("message/from", map.map(|map| &map.from)),
            ("message/text", map.map(|map| &map.text)),
            ("message/name", map.and_then(|map| map.name.as_ref())),
        ] {
            findings.check(value.map_or(Ok(()), |value| pointer(name, value)))?;
        }
        findings.finish()?;
        Ok(Self { signature_header: signature_header.unwrap_or_default(), ..self })
    }

    fn check_secret(&self, pointer: &str, secret: &SecretString) -> Result<(), Problem> {
        match key(self.secret_encoding, secret) {
            Some(key) if !key.is_empty() => Ok(()),
            _ => Err(Problem::invalid(pointer, "not_base64", "must be a key in Base64")),
        }
    }
}

/// The bytes that are signed with.
pub(super) fn key(encoding: SecretEncoding, secret: &SecretString) -> Option<Vec<u8>> {
    let secret = secret.expose_secret();
    let key = match encoding {
        SecretEncoding::Text => Some(secret.as_bytes().to_vec()),
        SecretEncoding::Base64 => STANDARD.decode(secret.trim().trim_start_matches("whsec_")).ok(),
    };
    // By an empty key everybody can sign.
    key.filter(|key| !key.is_empty())
}

fn invalid(name: &str, code: &'static str, why: &'static str) -> Problem {
    Problem::invalid(format!("/config/{name}"), code, why)
}

/// A header's name (RFC 9110, section 5.6.2), in lower case.
fn header(name: &str, value: &str) -> Result<String, Problem> {
    let value = text::line(&format!("/config/{name}"), value, MAX_HEADER)?;
    if !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)) {
        return Err(invalid(name, "not_a_header", "must be the name of a header"));
    }
    Ok(value.to_ascii_lowercase())
}

/// A JSON pointer (RFC 6901) to a part of the body.
fn pointer(name: &str, value: &str) -> Result<(), Problem> {
    text::line(&format!("/config/{name}"), value, MAX_POINTER)?;
    if value.starts_with('/') {
        Ok(())
    } else {
        Err(invalid(name, "not_a_pointer", "must be a JSON pointer, such as /data/id"))
    }
}

/// A time that is not signed says nothing, and what is not there cannot be signed.
fn content(config: &HmacConfig) -> Result<(), Problem> {
    const NAME: &str = "signed_content";
    let content = text::line("/config/signed_content", &config.signed_content, MAX_HEADER)?;
    let parts = |part: &str| content.matches(part).count();
    if !content.ends_with(BODY) || parts(BODY) != 1 {
        return Err(invalid(NAME, "not_signed", "must end with {body}"));
    }
    if parts("{timestamp}") != usize::from(config.timestamp_header.is_some()) {
        return Err(invalid(
            NAME,
            "not_signed",
            "must have {timestamp} in it where there is a timestamp_header, and only there",
        ));
    }
    if parts("{id}") > usize::from(config.id_header.is_some()) {
        return Err(invalid(NAME, "not_signed", "may have {id} in it once, where there is an id_header"));
    }
    Ok(())
}
