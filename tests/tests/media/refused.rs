//! What is no file that can be kept, and leaves nothing.
use crate::folder;
use flate2::{Compression, write::GzEncoder};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;
use std::io::Write;
use tokio::{io::AsyncWriteExt, net::TcpStream};

async fn small(engine: Engine) -> Option<(TestApp, Tenant)> {
    let app = TestApp::start_with(engine, |config| config.max_media_bytes = 1_024).await?;
    let tenant = app.tenant("Acme").await;
    Some((app, tenant))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_file_is_refused_and_leaves_nothing(#[case] engine: Engine) {
    let Some((app, tenant)) = small(engine).await else { return };
    for content_type in ["", "pdf", "image/*", "multipart/form-data; boundary=x", "text/", &"a/b".repeat(100)] {
        let refused = tenant.upload("", content_type, "x").await.expect(415);
        assert_eq!(refused.problem(), "unsupported_media_type", "{content_type}");
    }
    let without = Answer::of(tenant.request("POST", "/v1/media-files").body("x")).await;
    assert_eq!(without.expect(415).problem(), "unsupported_media_type");
    let empty = tenant.upload("", "text/plain", "").await.expect(422);
    assert_eq!(empty.errors(), [(String::new(), "empty".to_owned())]);
    for (query, content_type, fault) in [
        ("?kind=image", "application/pdf", ("/kind", "wrong_kind")),
        ("?kind=pdf", "image/jpeg", ("/kind", "wrong_kind")),
        ("?kind=picture", "image/jpeg", ("/kind", "unknown_value")),
        (&*format!("?filename={}", "a".repeat(256)), "image/jpeg", ("/filename", "too_long")),
        ("?name=a", "image/jpeg", ("", "invalid_query")),
    ] {
        let refused = tenant.upload(query, content_type, "x").await.expect(422);
        assert_eq!(refused.errors(), [(fault.0.to_owned(), fault.1.to_owned())], "{query}");
    }
    assert_eq!(folder::names(&app, &tenant), [""; 0]);
    assert_eq!(tenant.get("/v1/media-files").await.expect(200).json()["data"], json!([]));
    for (query, kind) in [("?kind=screenshot", "screenshot"), ("?kind=document", "document"), ("", "image")] {
        assert_eq!(tenant.upload(query, "image/png", "x").await.expect(201).json()["kind"], kind);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_too_large_is_refused_however_it_comes(#[case] engine: Engine) {
    let Some((app, tenant)) = small(engine).await else { return };
    tenant.upload("", "text/plain", vec![b'x'; 1_024]).await.expect(201);
    let announced = tenant.upload("", "text/plain", vec![b'x'; 1_025]).await.expect(413);
    assert_eq!(announced.problem(), "payload_too_large");
    // The length that is announced is not the length that it has.
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![b'x'; 1_000_000]).unwrap();
    let request = tenant.request("POST", "/v1/media-files").header("Content-Type", "text/plain");
    let bomb = Answer::of(request.header("Content-Encoding", "gzip").body(packer.finish().unwrap())).await.expect(413);
    assert_eq!(bomb.problem(), "payload_too_large");
    folder::has(&app, &tenant, 1).await;
}

/// What is packed for the way is unpacked; what says so and is not packed did not arrive.
#[tokio::test]
async fn what_is_kept_is_the_file_and_not_its_wrapping() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let tenant = app.tenant("Acme").await;
    let send = async |encoding: &str, body: Vec<u8>| {
        let request = tenant.request("POST", "/v1/media-files").header("Content-Type", "text/plain");
        Answer::of(request.header("Content-Encoding", encoding).body(body)).await
    };
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(b"hello").unwrap();
    let wrapped = packer.finish().unwrap();
    let file = send("gzip", wrapped.clone()).await.expect(201).json();
    assert_eq!(file["byte_size"], 5);
    let content = format!("/v1/media-files/{}/content", file["id"].as_str().unwrap());
    assert_eq!(tenant.get(&content).await.expect(200).body, "hello");
    assert_eq!(send("gzip", b"hello".to_vec()).await.expect(400).problem(), "malformed_request");
    assert_eq!(send("br", wrapped).await.expect(415).problem(), "unsupported_media_type");
    folder::has(&app, &tenant, 1).await;
}

#[tokio::test]
async fn what_breaks_off_leaves_nothing() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let tenant = app.tenant("Acme").await;
    let head = format!(
        "POST /v1/media-files HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\n\
         Content-Length: 10\r\n\r\nhello",
        tenant.access_token
    );
    let mut line = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    folder::has(&app, &tenant, 1).await;
    drop(line);
    folder::has(&app, &tenant, 0).await;
    assert_eq!(tenant.get("/v1/media-files").await.expect(200).json()["data"], json!([]));
}
