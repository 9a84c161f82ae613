//! Headers that cannot be.
use super::trial::Trial;
use crate::routes::Route;
use purser_tests::{app::Answer, database::Engine};
use reqwest::header::HeaderValue;
use rstest::rstest;
use serde_json::json;

fn values(texts: &[&[u8]]) -> Vec<HeaderValue> {
    texts.iter().map(|text| HeaderValue::from_bytes(text).unwrap()).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_version_key_or_token_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    let long = "k".repeat(256);
    let keys = values(&[b"", b" ", b"a b", b"a\tb", b"\xff", "\u{1f980}".as_bytes(), long.as_bytes()]);
    let versions = values(&[
        b"",
        b"x",
        b"1",
        b"\"\"",
        b"\"x\"",
        b"\"-1\"",
        b"\"0\"",
        b"\"1.0\"",
        b"\"9223372036854775807\"",
        b"\"9223372036854775808\"",
        b"W/\"1\"",
        b"\"8\", \"9\"",
        b"\xff",
    ]);
    let tokens =
        values(&[b"", b"Bearer", b"Bearer ", b"Bearer x", b"Bearer \xff", b"Basic YTpi", b"bearer a.b.c", b"\xff"]);
    for route in trial.routes(Route::is_guarded) {
        let right = trial.call(&route).await;
        let mut cases = vec![("Authorization", &tokens)];
        if route.header("Idempotency-Key").is_some() {
            cases.push(("Idempotency-Key", &keys));
        }
        if route.header("If-Match").is_some() {
            cases.push(("If-Match", &versions));
        }
        for (name, values) in cases {
            for value in values {
                let mut call = right.clone();
                call.headers.retain(|(known, _)| known != name);
                let mut request = match name {
                    "Authorization" => trial.app.request(&route.method, &call.address()),
                    _ => trial.request(&call),
                };
                if let Some(body) = &call.body {
                    request = request.json(body);
                }
                trial.refuse(&format!("{name}: {value:?} to {}", route.name()), request.header(name, value)).await;
            }
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(400);
}

/// What a client says of itself is kept, as far as it can be, and is no reason to refuse what it wants.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn strange_headers_are_in_nobodys_way(#[case] engine: Engine) {
    let Some(trial) = Trial::begin(engine).await else { return };
    let long = "a".repeat(10_000);
    let strange = values(&[b"", b"\xff\xfe", "\u{1f980}".as_bytes(), b"\"'\\;,{}", long.as_bytes()]);
    for name in [
        "User-Agent",
        "X-Request-Id",
        "X-Forwarded-For",
        "Forwarded",
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Cookie",
        "Origin",
        "Referer",
        "If-None-Match",
        "If-Modified-Since",
        "Range",
        "Traceparent",
    ] {
        for value in &strange {
            let body = json!({ "business_name": "Corner Café" });
            let request = trial.shop.owner.request("POST", "/v1/customers").json(&body).header(name, value);
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 201, "{name}: {value:?}: {answer:?}");
        }
    }
}
