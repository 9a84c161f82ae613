//! Cross-origin requests of browsers, from the origins that an operator names: the CORS protocol of the Fetch standard.
//!
//! No origin is allowed unless it is named, and there is no wildcard: a page that nobody named gets answers that its browser does
//! not show it.
use super::options::HttpOptions;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
/// What our requests carry beyond what is always allowed.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, if-range, last-event-id, range, x-request-id, x-session",
);
/// What our answers carry beyond what a page always sees.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "content-disposition, content-range, etag, location, retry-after, ratelimit, ratelimit-policy, idempotency-replayed, \
     x-request-id, www-authenticate",
);
/// Seconds for which a browser need not ask again; the least that browsers cut it to is two hours (Chromium).
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Answers preflights, and says of each answer whether the origin may read it.
pub async fn share<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let options = request.app_data::<Data<HttpOptions>>().cloned();
    let is_allowed = |origin: &HeaderValue| {
        options.as_ref().is_some_and(|options| options.cors_allowed_origins.iter().any(|allowed| origin == allowed))
    };
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.clone().filter(is_allowed);
    let is_preflight = request.method() == Method::OPTIONS
        && origin.is_some()
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        let mut answer = HttpResponse::NoContent().finish();
        if allowed.is_some() {
            answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            answer.headers_mut().insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
        request.into_response(answer).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let with_cookies = options.is_some_and(|options| options.cookies);
    allow(response.headers_mut(), allowed, with_cookies);
    Ok(response)
}

fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>, with_cookies: bool) {
    // A cache must not give one origin's answer to another.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        if with_cookies {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}
