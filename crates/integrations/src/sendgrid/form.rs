//! A form in parts (RFC 7578), as Inbound Parse posts one.
use crate::contents::Unreadable;
use futures_util::stream;
use multer::{Multipart, bytes::Bytes};
use std::convert::Infallible;

/// SendGrid sends some 20 parts and one for each file.
const MOST: usize = 200;

/// A part of a form.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: String,
    /// Of a file.
    pub(super) filename: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) bytes: Bytes,
}

/// Whether a body is a form in parts, as it says itself.
pub(super) fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The parts of a form. What is in a part is not looked into.
pub(super) async fn read(content_type: &str, body: &[u8]) -> Result<Vec<Part>, Unreadable> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Unreadable::NotAForm)?;
    let body = Bytes::copy_from_slice(body);
    let mut form = Multipart::new(stream::once(async { Ok::<_, Infallible>(body) }), boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| Unreadable::NotAForm)? {
        if parts.len() == MOST {
            return Err(Unreadable::TooManyParts);
        }
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        let bytes = field.bytes().await.map_err(|_| Unreadable::NotAForm)?;
        parts.push(Part { name, filename, content_type, bytes });
    }
    Ok(parts)
}
