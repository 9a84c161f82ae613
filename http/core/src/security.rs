//! Headers that keep browsers from doing with an answer what it is not for: those of OWASP's REST Security Cheat Sheet.
use super::{options::HttpOptions, unit::is_over_tls};
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};

/// An answer of the API loads nothing and stands in no frame.
const API: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// The page that shows the API loads what is served beside it; what it draws, it draws with styles of its own.
const DOCS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Two years, as the lists that browsers ship ask for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
/// What one caller may see is not for a cache that others share.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Adds them to every answer.
pub async fn secure<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let options = request.app_data::<Data<HttpOptions>>().cloned();
    // A browser takes it over TLS only (RFC 6797, section 8.1), and TLS ends at the proxy.
    let hsts = options.is_some_and(|options| options.hsts) && is_over_tls(request.request());
    let path = request.path();
    let (is_page, is_api) = (path.starts_with("/docs"), path.starts_with("/v1/"));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| headers.insert(name, value);
    set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    set(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    set(header::CONTENT_SECURITY_POLICY, if is_page { DOCS } else { API });
    if hsts {
        set(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if is_api {
        keep_private(headers);
    }
    Ok(response)
}

fn keep_private(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
}
