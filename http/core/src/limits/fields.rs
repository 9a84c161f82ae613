//! `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers-11 (May 2026) has them: lists of RFC 9651.
use super::bucket::{Standing, WINDOW};
use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Adds how the buckets stand that the request was taken from.
pub async fn show_limits<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let standings = response.request().extensions_mut().remove::<Vec<Standing>>().unwrap_or_default();
    if !standings.is_empty() {
        let list = |item: fn(&Standing) -> String| standings.iter().map(item).collect::<Vec<_>>().join(", ");
        for (name, list) in [(POLICY, list(policy)), (RATE_LIMIT, list(service_limit))] {
            if let Ok(value) = HeaderValue::from_str(&list) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    Ok(response)
}

fn policy(standing: &Standing) -> String {
    format!("\"{}\";q={};w={}", standing.policy, standing.quota, WINDOW.as_secs())
}

/// With `t`, after how many seconds the bucket is full again.
fn service_limit(standing: &Standing) -> String {
    let Standing { policy, quota, remaining } = standing;
    let missing = u64::from(quota.saturating_sub(*remaining));
    let full_in = missing.saturating_mul(WINDOW.as_secs()).div_ceil(u64::from(*quota).max(1));
    format!("\"{policy}\";r={remaining};t={full_in}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_form_of_the_draft() {
        let standing = Standing { policy: "caller", quota: 600, remaining: 599 };
        assert_eq!(policy(&standing), r#""caller";q=600;w=60"#);
        assert_eq!(service_limit(&standing), r#""caller";r=599;t=1"#);
        assert_eq!(service_limit(&Standing { remaining: 0, ..standing }), r#""caller";r=0;t=60"#);
        assert_eq!(service_limit(&Standing { remaining: 600, ..standing }), r#""caller";r=600;t=0"#);
    }
}
