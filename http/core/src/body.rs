//! JSON bodies.
use super::problem::Refusal;
use actix_web::{FromRequest, HttpRequest, dev::Payload, error::PayloadError, http::header, web::Bytes};
use futures_util::future::LocalBoxFuture;
use purser_kernel::{CommonProblem, Problem};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_path_to_error::Segment;
use sha2::{Digest, Sha256};

/// A body of type `T`, with what an idempotency key needs to tell two bodies apart.
///
/// `unsupported_media_type`, `payload_too_large`, `malformed_request` (not JSON) or `validation_failed` (JSON of another
/// shape, with a pointer to where) otherwise.
pub struct Body<T> {
    value: T,
    hash: Vec<u8>,
}

impl<T> Body<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.value
    }
}

/// What was sent, as an idempotency key compares it.
pub trait Hashed {
    /// SHA-256 over the bytes of the body.
    fn hash(&self) -> &[u8];
}

impl<T> Hashed for Body<T> {
    fn hash(&self) -> &[u8] {
        &self.hash
    }
}

/// A request without a body.
impl Hashed for () {
    fn hash(&self) -> &[u8] {
        &[]
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let bytes = read(request, payload);
        Box::pin(async move {
            media_type?;
            let bytes = bytes.await?;
            Ok(Self { value: parse(&bytes)?, hash: Sha256::digest(&bytes).to_vec() })
        })
    }
}

/// The body of a verb that takes none: nothing, or an empty object.
pub struct NoBody {
    hash: Vec<u8>,
}

impl Hashed for NoBody {
    fn hash(&self) -> &[u8] {
        &self.hash
    }
}

impl FromRequest for NoBody {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            if !bytes.is_empty() {
                let fields: serde_json::Map<String, serde_json::Value> = parse(&bytes)?;
                if let Some(name) = fields.keys().next() {
                    return Err(Problem::invalid(pointer([name.as_str()]), "unknown_field", "is not a field").into());
                }
            }
            Ok(Self { hash: Sha256::digest(&bytes).to_vec() })
        })
    }
}

/// The body of a verb whose fields may all be left out: nothing or null, which is `T`'s default, or what [`Body`] reads.
pub struct OptionalBody<T>(Body<T>);

impl<T> OptionalBody<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T> Hashed for OptionalBody<T> {
    fn hash(&self) -> &[u8] {
        self.0.hash()
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let bytes = read(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            let value = if bytes.is_empty() {
                T::default()
            } else {
                media_type?;
                parse::<Option<T>>(&bytes)?.unwrap_or_default()
            };
            Ok(Self(Body { value, hash: Sha256::digest(&bytes).to_vec() }))
        })
    }
}

fn check_media_type(request: &HttpRequest) -> Result<(), Problem> {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = value.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    // RFC 8259, section 8.1: it has no other encoding.
    let is_utf_8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_json && is_utf_8 {
        return Ok(());
    }
    Err(Problem::of(CommonProblem::UnsupportedMediaType).detail("Send application/json, in UTF-8."))
}

/// What was sent, unpacked.
fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let encoding = check_encoding(request);
    let bytes = Bytes::from_request(request, payload);
    async move {
        encoding?;
        bytes.await.map_err(|error| unreadable(&error))
    }
}

/// What is not unpacked would be taken as it is. RFC 9110, section 8.4.
pub fn check_encoding(request: &HttpRequest) -> Result<(), Problem> {
    let known = |value: &header::HeaderValue| {
        let value = value.to_str().unwrap_or_default().trim();
        ["identity", "gzip", "deflate"].iter().any(|known| value.eq_ignore_ascii_case(known))
    };
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING);
    if encodings.next().is_none_or(known) && encodings.next().is_none() {
        return Ok(());
    }
    Err(Problem::of(CommonProblem::UnsupportedMediaType).detail("Pack the body with gzip or deflate, or not at all."))
}

fn unreadable(error: &actix_web::Error) -> Problem {
    match error.as_error::<PayloadError>() {
        None if error.as_response_error().status_code() == 413 => Problem::of(CommonProblem::PayloadTooLarge),
        None => not_whole(&PayloadError::Incomplete(None)),
        Some(error) => not_whole(error),
    }
}

/// The body broke off, or is larger than what is taken.
pub fn not_whole(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => Problem::of(CommonProblem::PayloadTooLarge),
        _ => Problem::of(CommonProblem::MalformedRequest).detail("The body did not arrive whole."),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if has_nul(bytes) {
        let detail = "The body contains the character U+0000, which cannot be kept.";
        return Err(Problem::of(CommonProblem::MalformedRequest).detail(detail));
    }
    // serde takes the values of an object from a list as well, one after the other.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid("", "invalid_value", "must be an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = pointer(error.path().iter().filter_map(segment).collect::<Vec<_>>());
        // For serde_json a number where a name is expected is an error in the syntax.
        if error.inner().is_syntax() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            return Problem::invalid(path, "invalid_value", "is not of the right type");
        }
        describe(&path, error.inner())
    })?;
    json.end().map_err(|error| describe("", &error))?;
    Ok(value)
}

/// PostgreSQL keeps no NUL, neither in text nor in JSON. In JSON it can only stand as `\u0000`.
fn has_nul(bytes: &[u8]) -> bool {
    let mut escaped = false;
    bytes.iter().enumerate().any(|(position, byte)| {
        let begins = !escaped && *byte == b'\\';
        escaped = begins;
        begins && bytes.get(position..position.saturating_add(6)) == Some(br"\u0000")
    })
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// A JSON pointer (RFC 6901).
fn pointer<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> String {
    let escape = |segment: S| format!("/{}", segment.as_ref().replace('~', "~0").replace('/', "~1"));
    segments.into_iter().map(escape).collect()
}

fn describe(path: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => {
            let message = without_place(&error.to_string());
            match missing_field(&message) {
                Some(name) => Problem::invalid(format!("{path}{}", pointer([name])), "required", "is required"),
                None => Problem::invalid(path, "invalid_value", message),
            }
        }
        Category::Syntax | Category::Eof | Category::Io => Problem::of(CommonProblem::MalformedRequest)
            .detail(format!("The body is not JSON: line {}, column {}.", error.line(), error.column())),
    }
}

/// serde names a missing field in its message alone.
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// serde_json ends its messages with the place in the text, which the pointer says better; the values that it quotes are the
/// caller's own.
fn without_place(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    message.chars().take(300).collect()
}
