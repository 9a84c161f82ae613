//! A body that is a file, taken as it comes in.
use actix_web::{
    FromRequest, HttpRequest,
    dev::{Decompress, Payload},
    http::header,
};
use futures_util::StreamExt;
use purser_http::{
    body::{Hashed, check_encoding, not_whole},
    problem::Refusal,
    unit::Write,
};
use purser_kernel::Problem;
use purser_media::{Media, NewFile, Received};
use purser_store::MediaKind;
use std::{
    future::{Ready, ready},
    pin::Pin,
};
use utoipa::ToSchema;

/// A file that a caller wants to send. Nothing of it is read before it is clear who they are and that they may.
pub struct FileBody {
    content_type: Option<String>,
    encoding: Result<(), Problem>,
    announced: Option<u64>,
    body: Pin<Box<Decompress<Payload>>>,
}

/// The bytes of a file, whatever they are.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary, min_length = 1)]
pub struct FileBytes(#[expect(dead_code, reason = "describes bytes that are never held")] Vec<u8>);

impl FileBody {
    /// Takes the whole file and keeps it, before any transaction begins.
    ///
    /// What `Media::begin` refuses, and `malformed_request` when it ends before it is whole.
    pub async fn receive(
        mut self,
        unit: &Write,
        media: &Media,
        kind: Option<MediaKind>,
        filename: Option<String>,
    ) -> Result<Received, Problem> {
        let Self { content_type, announced, .. } = &self;
        let new = NewFile { kind, filename, content_type: content_type.clone(), announced: *announced };
        let mut upload = media.begin(unit.scope(), new).await?;
        self.encoding?;
        while let Some(chunk) = self.body.next().await {
            upload.write(chunk.map_err(|error| not_whole(&error))?).await?;
        }
        upload.finish().await
    }
}

impl FromRequest for FileBody {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let encoded = text(header::CONTENT_ENCODING).is_some();
        ready(Ok(Self {
            content_type: text(header::CONTENT_TYPE).map(str::to_owned),
            encoding: check_encoding(request),
            // Of a packed body it is not the length of the file.
            announced: text(header::CONTENT_LENGTH).filter(|_| !encoded).and_then(|length| length.parse().ok()),
            body: Box::pin(Decompress::from_headers(payload.take(), request.headers())),
        }))
    }
}

/// What an idempotency key compares: the file, and what it is called.
pub struct Asked([u8; 32]);

impl Asked {
    /// What was sent with this file.
    pub fn of(file: &Received) -> Self {
        Self(file.digest())
    }
}

impl Hashed for Asked {
    fn hash(&self) -> &[u8] {
        &self.0
    }
}
