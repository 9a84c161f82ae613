//! Files, and what is known of them.
use super::upload::{Asked, FileBody, FileBytes};
use actix_web::{HttpResponse, delete, get, post, web::Data};
use chrono::{DateTime, Utc};
use purser_http::{
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::ids::{MediaFile, MediaFileId};
use purser_media::{
    Media, Received,
    files::{self, FileFilter},
    media_file,
};
use purser_store::{WriteTx, name_of, named};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(delete);
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaFileView {
    id: MediaFileId,
    /// `screenshot`, `pdf`, `image`, `audio`, `video`, `export` or `document`.
    kind: String,
    /// As it was said when the file came; nobody has looked into it.
    content_type: String,
    filename: Option<String>,
    /// Null while nobody knows.
    byte_size: Option<i64>,
    /// Lower-case hexadecimal; null while nobody knows.
    sha256: Option<String>,
    /// Whether the bytes are kept here. Those of an attachment may still be at the provider.
    is_stored: bool,
    created_at: DateTime<Utc>,
}

impl From<media_file::Model> for MediaFileView {
    fn from(file: media_file::Model) -> Self {
        Self {
            id: file.id,
            kind: name_of(&file.kind),
            content_type: file.content_type,
            filename: file.filename,
            byte_size: file.byte_size,
            sha256: file.sha256,
            is_stored: file.storage_key.is_some(),
            created_at: file.created_at,
        }
    }
}

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMediaFiles {
    /// Only these: `screenshot`, `pdf`, `image`, `audio`, `video`, `export` or `document`.
    #[param(pattern = "^(screenshot|pdf|image|audio|video|export|document)$")]
    kind: Option<String>,
    /// Only those with this digest: whether somebody has sent a file before.
    #[param(pattern = "^[0-9a-f]{64}$")]
    sha256: Option<String>,
    /// Only those whose bytes are kept here, or only the others.
    stored: Option<bool>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadMediaFile {
    /// `screenshot`, `pdf`, `image`, `audio`, `video`, `export` or `document`. Follows from `Content-Type` when left out.
    #[param(pattern = "^(screenshot|pdf|image|audio|video|export|document)$")]
    kind: Option<String>,
    /// The name that it had. Folders, control characters and what turns a text around are cut off.
    #[param(max_length = 255)]
    filename: Option<String>,
}

/// Files, the newest first.
#[utoipa::path(
    tag = "Media files",
    security(("bearer" = ["media.read"])),
    params(ListMediaFiles),
    responses((status = 200, body = PageView<MediaFileView>)),
)]
#[get("/v1/media-files")]
async fn list(unit: Read, Query(query): Query<ListMediaFiles>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let kind = query.kind.map(|kind| named("/kind", &kind)).transpose()?;
    let filter = FileFilter { kind, sha256: query.sha256, stored: query.stored };
    let tx = unit.begin().await?;
    let page = files::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, MediaFileView::from))?)
}

/// Uploads a file: its bytes as they are, with its own media type as `Content-Type`.
///
/// The media type is kept and said again with the content, and the bytes are looked into by nobody.
#[utoipa::path(
    tag = "Media files",
    security(("bearer" = ["media.manage"])),
    params(UploadMediaFile),
    request_body(content = inline(FileBytes), content_type = "application/octet-stream"),
    responses((status = 201, body = MediaFileView)),
)]
#[post("/v1/media-files")]
async fn create(
    unit: Write,
    media: Data<Media>,
    Query(query): Query<UploadMediaFile>,
    body: FileBody,
) -> Result<HttpResponse, Refusal> {
    let UploadMediaFile { kind, filename } = query;
    let kind = kind.map(|kind| named("/kind", &kind)).transpose()?;
    let file = body.receive(&unit, &media, kind, filename).await?;
    match add(&unit, &media, &file).await {
        Ok((tx, reply)) => unit.commit(tx, reply).await,
        Err(refusal) => {
            media.discard(file).await;
            Err(refusal)
        }
    }
}

async fn add(unit: &Write, media: &Media, file: &Received) -> Result<(WriteTx, Reply), Refusal> {
    let tx = unit.begin(&Asked::of(file)).await?;
    let view = MediaFileView::from(media.add(&tx, file).await?);
    let location = format!("/v1/media-files/{}", view.id);
    Ok((tx, Reply::created(&view)?.location(location)))
}

/// One file.
#[utoipa::path(
    tag = "Media files",
    security(("bearer" = ["media.read"])),
    params(("id" = MediaFileId, Path)),
    responses((status = 200, body = MediaFileView)),
)]
#[get("/v1/media-files/{id}")]
async fn show(unit: Read, PathId(id): PathId<MediaFile>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = MediaFileView::from(files::get(&tx, id).await?);
    Ok(Reply::ok(&view)?)
}

/// Deletes a file to which nothing refers, and frees its room.
#[utoipa::path(
    tag = "Media files",
    security(("bearer" = ["media.manage"])),
    params(("id" = MediaFileId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/media-files/{id}")]
async fn delete(unit: Write, PathId(id): PathId<MediaFile>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    files::delete(&tx, id).await?;
    unit.commit(tx, Reply::no_content()).await
}
