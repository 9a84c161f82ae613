//! What every request leaves behind: its id, a line in the log, and a measurement. Never a body, a token or a query string.
use super::problem::Refusal;
use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
};
use purser_kernel::{clock::Stopwatch, ids::Id};
use tracing::Instrument;

/// The request's id, from the client or made here.
#[derive(Clone)]
pub struct RequestId(pub String);

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken from a client.
const MAX_LENGTH: usize = 64;

/// Marks a request whose answer is sent without its body.
#[derive(Clone, Copy)]
struct HeadersOnly;

/// Whether the answer's body is left out: nobody is to be kept waiting for the end of one that has none.
pub fn is_headers_only(request: &HttpRequest) -> bool {
    request.extensions().contains::<HeadersOnly>()
}

/// Gives the request its id, runs it in a span, logs how it ended and counts it.
pub async fn observe<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().to_string();
    if request.method() == Method::HEAD {
        // RFC 9110, section 9.3.2: as GET, and the server leaves the body out.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadersOnly);
    }
    let watch = Stopwatch::start();
    let span = tracing::info_span!("request", request_id = %id, %method, path = request.path());
    let mut response = next.call(request).instrument(span.clone()).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }

    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    let _entered = span.enter();
    log(&response, status, watch.elapsed_ms());
    let labels = [("method", method), ("route", route), ("status", status.to_string())];
    metrics::counter!("purser_http_requests_total", &labels).increment(1);
    metrics::histogram!("purser_http_request_seconds", &labels).record(watch.elapsed().as_secs_f64());
    Ok(response)
}

fn request_id(request: &ServiceRequest) -> String {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=MAX_LENGTH).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    given.filter(plain).map_or_else(|| Id::<RequestId>::generate().to_string(), str::to_owned)
}

fn log<B>(response: &ServiceResponse<B>, status: u16, elapsed_ms: i64) {
    let problem = response.response().error().and_then(|error| error.as_error::<Refusal>());
    match problem {
        // What went wrong inside is for the log alone; the caller gets the request's id.
        Some(Refusal::Problem(problem)) if status == 500 => {
            tracing::error!(status, elapsed_ms, %problem, "request failed");
        }
        Some(Refusal::Problem(problem)) => {
            tracing::info!(status, elapsed_ms, problem = problem.kind().id, "request refused");
        }
        _ => tracing::info!(status, elapsed_ms, "request answered"),
    }
}
