//! Bodies that are files: kept on disk while they arrive, so that memory does not grow with them.
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Decompress, Payload},
    http::header,
    web::Data,
};
use futures_util::StreamExt;
use purser_http::{
    body::{check_encoding, not_whole},
    options::HttpOptions,
    problem::Refusal,
    unit::{Read, Write},
};
use purser_kernel::{CommonProblem, Permission, Problem};
use purser_ordering::imports::{Delimiter, Upload};
use sha2::{Digest, Sha256};
use std::{
    future::{Ready, ready},
    pin::Pin,
    time::Duration,
};
use tokio::{fs::File, io::AsyncWriteExt};

/// A CSV file that a caller wants to send. Nothing of it is read before it is clear who they are and that they may.
pub struct CsvUpload {
    charset: Result<Option<String>, Problem>,
    body: Pin<Box<Decompress<Payload>>>,
    announced: Option<u64>,
    limit: u64,
    /// Whether the answer is wanted line by line.
    pub wants_lines: bool,
}

/// How long a caller waits when the disk is full.
const RETRY_AFTER: Duration = Duration::from_mins(1);

impl CsvUpload {
    /// Takes the whole file from a caller who has `permissions`, before any transaction begins: a slow line must hold up nobody.
    ///
    /// `forbidden`, `unsupported_media_type`, `payload_too_large`; `malformed_request` when it ends before it is whole.
    pub async fn receive(
        mut self,
        unit: &Write,
        permissions: &[Permission],
        delimiter: Option<Delimiter>,
    ) -> Result<Upload, Problem> {
        permissions.iter().try_for_each(|permission| Read::scope(unit).require(*permission))?;
        let charset = self.charset?;
        if self.announced.is_some_and(|length| length > self.limit) {
            return Err(Problem::of(CommonProblem::PayloadTooLarge));
        }
        // Without a name: it is gone with the last who holds it, however the process ends.
        let mut file = File::from_std(tempfile::tempfile().map_err(not_kept)?);
        let (mut hash, mut length) = (Sha256::new(), 0_u64);
        while let Some(chunk) = self.body.next().await {
            let chunk = chunk.map_err(|error| not_whole(&error))?;
            length = length.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if length > self.limit {
                return Err(Problem::of(CommonProblem::PayloadTooLarge));
            }
            hash.update(&chunk);
            file.write_all(&chunk).await.map_err(not_kept)?;
        }
        file.flush().await.map_err(not_kept)?;
        Ok(Upload { file: file.into_std().await, sha256: hash.finalize().to_vec(), charset, delimiter })
    }
}

impl FromRequest for CsvUpload {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let options = request.app_data::<Data<HttpOptions>>();
        let encoded = text(header::CONTENT_ENCODING).is_some();
        ready(Ok(Self {
            charset: check_encoding(request).and_then(|()| charset(request)),
            body: Box::pin(Decompress::from_headers(payload.take(), request.headers())),
            // Of a compressed body it is not the length of the file.
            announced: text(header::CONTENT_LENGTH).filter(|_| !encoded).and_then(|length| length.parse().ok()),
            limit: options.map_or(0, |options| options.max_import_bytes),
            wants_lines: text(header::ACCEPT).is_some_and(|accept| accept.contains("application/x-ndjson")),
        }))
    }
}

/// The parameter `charset` of `text/csv`.
fn charset(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let media_type = request.mime_type().ok().flatten().filter(|media_type| media_type.essence_str() == "text/csv");
    let wrong = || Problem::of(CommonProblem::UnsupportedMediaType).detail("Send text/csv.");
    let media_type = media_type.ok_or_else(wrong)?;
    Ok(media_type.get_param("charset").map(|charset| charset.as_str().to_owned()))
}

/// There is no room on the disk, most of all: `unavailable`.
pub(super) fn not_kept(error: std::io::Error) -> Problem {
    Problem::of(CommonProblem::Unavailable).retry_after(RETRY_AFTER).caused_by(error)
}
