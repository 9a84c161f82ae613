//! One request to an endpoint.
use super::{answer::Answer, signature};
use crate::{
    http::{self, Http},
    webhook_endpoints::Targets,
};
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request,
    body::{Body, Bytes},
    header,
};
use purser_kernel::{Clock, Problem, clock::Stopwatch, ids::OutboxEventId};
use serde_json::Value;
use std::{error::Error, io, sync::Arc, time::Duration};
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

/// Of an answer's body.
const MAX_READ: usize = 65_536;

/// Posts events.
#[derive(Clone)]
pub(super) struct Post {
    http: Http,
    targets: Arc<Targets>,
    clock: Clock,
    patience: Duration,
}

/// What is posted, and where.
pub(super) struct Letter {
    pub(super) url: String,
    pub(super) event: OutboxEventId,
    pub(super) payload: Value,
    pub(super) keys: Vec<Zeroizing<Vec<u8>>>,
}

impl Post {
    pub(super) fn new(
        targets: Targets,
        clock: Clock,
        patience: Duration,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self { http: Http::new(targets.reach(), None, patience)?, targets: Arc::new(targets), clock, patience })
    }

    /// How long a request may take, all in all.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Sends it, whatever comes of that.
    pub(super) async fn send(&self, letter: &Letter) -> Answer {
        let watch = Stopwatch::start();
        let answer = match timeout(self.patience, self.ask(letter)).await {
            // It has spoken. What it says beside its status is read as far as its time goes, and takes nothing of that back.
            Ok(Ok(answer)) => self.heard(answer, self.patience.saturating_sub(watch.elapsed())).await,
            Ok(Err(error)) => Answer::failed(error),
            Err(_) => Answer::failed("timeout"),
        };
        Answer { duration_ms: watch.elapsed_ms(), ..answer }
    }

    /// Sends it, and waits until the other side has said how it takes that.
    async fn ask(&self, letter: &Letter) -> Result<http::Answer, &'static str> {
        // What an operator no longer allows is not sent, either.
        let url = self.targets.checked(&letter.url).map_err(|_| "address_not_allowed")?;
        let request = self.request(letter).map_err(|_| "not_signed")?;
        self.http.send(&url, request).await.map_err(|error| named(&error))
    }

    async fn heard(&self, mut answer: http::Answer, left: Duration) -> Answer {
        let head = &answer.response;
        let (status, retry_after) = (head.status().as_u16(), self.retry_after(head.headers()));
        let mut body = Vec::new();
        timeout(left, read(answer.response.body_mut(), &mut body)).await.ok();
        Answer::of(status, retry_after, &body)
    }

    fn request(&self, letter: &Letter) -> Result<Request<Full<Bytes>>, Problem> {
        let (id, timestamp, body) =
            (letter.event.to_string(), self.clock.now().timestamp(), letter.payload.to_string());
        let signature = signature::sign(&letter.keys, &id, timestamp, body.as_bytes())?;
        Request::post("/")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("Purser-Webhooks/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(Bytes::from(body)))
            .map_err(Problem::internal)
    }

    /// RFC 9110, section 10.2.3: seconds, or a date.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
        (date.to_utc() - self.clock.now()).to_std().ok()
    }
}

/// Reads until there is no more, or more than anybody looks at.
async fn read(body: &mut (impl Body<Data = Bytes> + Unpin), into: &mut Vec<u8>) {
    while into.len() < MAX_READ
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Some(data) = frame.data_ref() {
            let room = MAX_READ - into.len();
            into.extend(data.iter().take(room));
        }
    }
}

/// What went wrong, for people. The words of libraries may quote what was sent.
fn named(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "address_not_allowed",
        io::ErrorKind::ConnectionRefused => "connection_refused",
        io::ErrorKind::InvalidData => "tls_failed",
        io::ErrorKind::TimedOut => "timeout",
        _ => "connection_failed",
    }
}

impl Letter {
    /// The host, for the log: the rest of the address may be a secret.
    pub(super) fn host(&self) -> String {
        Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use std::{cell::Cell, convert::Infallible};

    #[tokio::test]
    async fn of_an_answer_64_kib_are_read_and_no_more_is_asked_for() {
        const PIECE: &[u8] = &[b'x'; 1_000];
        let asked = Cell::new(0);
        let endless = std::iter::repeat_with(|| {
            asked.set(asked.get() + 1);
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(PIECE)))
        });
        let mut body = Vec::new();
        read(&mut StreamBody::new(stream::iter(endless)), &mut body).await;
        assert_eq!((body.len(), asked.get()), (65_536, 66));
    }

    #[tokio::test]
    async fn what_comes_at_once_is_cut_there_as_well() {
        for (sent, kept) in [(0, 0), (65_535, 65_535), (65_536, 65_536), (65_537, 65_536)] {
            let mut body = Vec::new();
            read(&mut Full::new(Bytes::from(vec![b'x'; sent])), &mut body).await;
            assert_eq!(body.len(), kept, "{sent}");
        }
    }

    #[test]
    fn whoever_says_nothing_is_told_from_whoever_refuses() {
        assert_eq!(named(&io::ErrorKind::TimedOut.into()), "timeout");
        assert_eq!(named(&io::ErrorKind::ConnectionRefused.into()), "connection_refused");
        assert_eq!(named(&io::ErrorKind::PermissionDenied.into()), "address_not_allowed");
    }
}
