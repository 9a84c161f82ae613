//! What is in a file, given out as it was sent.
use super::upload::FileBytes;
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    get,
    http::header::{
        self, ByteRangeSpec, Charset, ContentDisposition, ContentEncoding, ContentRange, ContentRangeSpec,
        DispositionParam, DispositionType, ETag, EntityTag, ExtendedValue, Header, IfNoneMatch, Range,
    },
    web::Data,
};
use futures_util::TryStreamExt;
use purser_compliance::{Access, AccessLog};
use purser_http::{path::PathId, problem::Refusal, routes::Routes, unit::Read};
use purser_kernel::{
    Problem,
    ids::{MediaFile, MediaFileId},
};
use purser_media::{Content, Media, Part, files, media_file};
use std::io;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(download);
}

/// The bytes of a file, to be saved and not to be shown: what somebody uploaded is nobody's page.
///
/// `ETag` is the file's SHA-256: sent as `If-None-Match` it gives 304. One range of bytes can be asked for (`Range`, `If-Range`).
#[utoipa::path(
    tag = "Media files",
    security(("bearer" = ["media.read"])),
    params(("id" = MediaFileId, Path)),
    responses(
        (status = 200, body = inline(FileBytes), content_type = "*/*",
            headers(("ETag" = String, description = "The file's SHA-256."))),
        (status = 206, body = inline(FileBytes), content_type = "*/*"),
        (status = 304, description = "The bytes that the caller has"),
        (status = 416),
    ),
)]
#[get("/v1/media-files/{id}/content")]
async fn download(
    unit: Read,
    media: Data<Media>,
    accesses: Data<AccessLog>,
    PathId(id): PathId<MediaFile>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin().await?;
    let file = files::get(&tx, id).await?;
    // Nobody's slow line is to hold a connection.
    drop(tx);
    let tag = tag(&file);
    if tag.as_ref().is_some_and(|tag| is_known(&request, tag)) {
        return Ok(HttpResponse::NotModified().insert_header(PRIVATE).insert_header(ETag(expected(tag)?)).finish());
    }
    let part = part(&request, tag.as_ref());
    let content = media.open(unit.store(), unit.scope(), file, part).await?;
    accesses.note(unit.scope(), unit.purpose(), Access::select("media_file", [id]).unsure())?;
    Ok(answer(content, part != Part::Whole, expected(tag)?))
}

/// Who may see it is asked each time, so a browser may keep it, and nobody else.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-cache");

/// The file's digest. Without one there are no bytes.
fn tag(file: &media_file::Model) -> Option<EntityTag> {
    file.sha256.clone().filter(|_| file.storage_key.is_some()).map(EntityTag::new_strong)
}

fn expected(tag: Option<EntityTag>) -> Result<EntityTag, Problem> {
    tag.ok_or_else(|| Problem::internal("a file that is kept has no digest"))
}

/// RFC 9110, section 13.1.2.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    let sent = request.headers().contains_key(header::IF_NONE_MATCH);
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => sent,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// The part that is asked for. What cannot be read, and several parts at once, mean the whole (RFC 9110, section 14.2).
fn part(request: &HttpRequest, tag: Option<&EntityTag>) -> Part {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let unchanged = match text(header::IF_RANGE) {
        None => !request.headers().contains_key(header::IF_RANGE),
        Some(sent) => tag.is_some_and(|tag| tag.to_string() == sent),
    };
    let range = text(header::RANGE).filter(|_| unchanged).and_then(|range| range.parse().ok());
    let Some(Range::Bytes(parts)) = range else {
        return Part::Whole;
    };
    match parts.as_slice() {
        [ByteRangeSpec::FromTo(first, last)] if first <= last => Part::FromTo(*first, *last),
        [ByteRangeSpec::From(first)] => Part::From(*first),
        [ByteRangeSpec::Last(length)] => Part::Last(*length),
        _ => Part::Whole,
    }
}

fn answer(content: Content, is_part: bool, tag: EntityTag) -> HttpResponse {
    let Content { file, first, length, total, bytes } = content;
    let mut response = if is_part { HttpResponse::PartialContent() } else { HttpResponse::Ok() };
    if is_part {
        let last = first.saturating_add(length).saturating_sub(1);
        let range = ContentRangeSpec::Bytes { range: Some((first, last)), instance_length: Some(total) };
        response.insert_header(ContentRange(range));
    }
    response
        .content_type(file.content_type.as_str())
        .insert_header(disposition(&file))
        .insert_header(PRIVATE)
        .insert_header(ETag(tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // Packed on the way, the bytes would be others than those that the digest and the length are of.
        .insert_header(ContentEncoding::Identity)
        .body(SizedStream::new(length, bytes.map_err(broken)))
}

/// A name for saving: as it is where that is ASCII, and beside it as RFC 8187 writes it where not.
fn disposition(file: &media_file::Model) -> ContentDisposition {
    let name = file.filename.clone().unwrap_or_else(|| file.id.to_string());
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let mut parameters = vec![DispositionParam::Filename(plain)];
    if !name.is_ascii() {
        let value = name.into_bytes();
        let charset = Charset::Ext("UTF-8".to_owned());
        parameters.push(DispositionParam::FilenameExt(ExtendedValue { charset, language_tag: None, value }));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

fn broken(problem: Problem) -> io::Error {
    tracing::warn!(%problem, "a file broke off");
    io::Error::other("the file broke off")
}
