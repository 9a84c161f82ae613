//! What is given out is what was sent, to be saved and not to be shown.
use crate::folder;
use purser_kernel::hex;
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

async fn bytes(tenant: &Tenant, file: &Value) -> Vec<u8> {
    let path = format!("/v1/media-files/{}/content", file["id"].as_str().unwrap());
    tenant.request("GET", &path).send().await.unwrap().bytes().await.unwrap().to_vec()
}

fn path(file: &Value) -> String {
    format!("/v1/media-files/{}/content", file["id"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_file_comes_back_byte_for_byte(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    // More than one read of a disk, and no text.
    let sent: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let answer = tenant.upload("?filename=M%C3%A4rz.bin", "application/x-thing; v=1", sent.clone()).await.expect(201);
    let file = answer.json();
    let digest = hex::encode(&Sha256::digest(&sent));
    assert_eq!(answer.header("location"), format!("/v1/media-files/{}", file["id"].as_str().unwrap()));
    assert_eq!((&file["sha256"], &file["byte_size"]), (&json!(digest), &json!(1_200_000)));
    assert_eq!((&file["kind"], &file["is_stored"]), (&json!("document"), &json!(true)));
    assert_eq!(tenant.get(answer.header("location")).await.expect(200).json(), file);
    assert_eq!(bytes(&tenant, &file).await, sent);

    let shown = Answer::of(tenant.request("GET", &path(&file))).await.expect(200);
    assert_eq!(shown.header("content-length"), "1200000");
    assert_eq!(shown.header("content-type"), "application/x-thing; v=1");
    assert_eq!(shown.header("etag"), format!("\"{digest}\""));
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    let disposition = "attachment; filename=\"M_rz.bin\"; filename*=UTF-8''M%C3%A4rz.bin";
    assert_eq!(shown.header("content-disposition"), disposition);
    assert_eq!(shown.header("cache-control"), "private, no-cache");

    // It was on the disk before it was known, in the organization's own place.
    assert_eq!(folder::names(&app, &tenant), [file["id"].as_str().unwrap()]);
    let trail = tenant.get("/v1/audit-logs?action=media_file.create").await.expect(200).json();
    assert_eq!(trail["data"][0]["changes"]["after"]["sha256"], digest);
}

/// Also where the client takes packed answers: they would have another length and another digest.
#[tokio::test]
async fn what_could_be_packed_is_given_as_it_is() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let tenant = app.tenant("Acme").await;
    let sent = "<script>alert(1)</script>".repeat(1000);
    let file = tenant.upload("?filename=page.html", "text/html", sent.clone()).await.expect(201).json();
    let request = tenant.request("GET", &path(&file)).header("Accept-Encoding", "gzip");
    let shown = Answer::of(request).await.expect(200);
    assert_eq!((shown.body.len(), shown.header("content-length")), (sent.len(), "25000"));
    assert!(shown.header("content-disposition").starts_with("attachment"), "{shown:?}");
    assert!(shown.header("content-security-policy").contains("default-src 'none'"), "{shown:?}");
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let tenant = app.tenant("Acme").await;
    let file = tenant.upload("", "text/plain", "hello").await.expect(201).json();
    let tag = format!("\"{}\"", file["sha256"].as_str().unwrap());
    let ask = async |sent: &str| Answer::of(tenant.request("GET", &path(&file)).header("If-None-Match", sent)).await;
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = ask(&known).await.expect(304);
        assert_eq!((answer.header("etag"), &*answer.body), (&*tag, ""), "{known}");
    }
    for other in ["\"other\"", "nonsense", ""] {
        assert_eq!(ask(other).await.expect(200).body, "hello", "{other}");
    }
    Answer::of(app.request("GET", &path(&file)).header("If-None-Match", &tag)).await.expect(401);
}

#[tokio::test]
async fn a_part_can_be_asked_for() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let tenant = app.tenant("Acme").await;
    let file = tenant.upload("", "text/plain", "0123456789").await.expect(201).json();
    let ask = async |range: &str, condition: Option<&str>| {
        let request = tenant.request("GET", &path(&file)).header("Range", range);
        Answer::of(condition.into_iter().fold(request, |request, tag| request.header("If-Range", tag))).await
    };
    for (range, body, place) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=5-99", "56789", "bytes 5-9/10"),
    ] {
        let answer = ask(range, None).await.expect(206);
        assert_eq!((&*answer.body, answer.header("content-range")), (body, place));
        assert_eq!(answer.header("content-length"), body.len().to_string());
    }
    for whole in ["bytes=0-1,4-5", "bytes=4-2", "items=1-2", "bytes=x", ""] {
        assert_eq!(ask(whole, None).await.expect(200).body, "0123456789", "{whole}");
    }
    let behind = ask("bytes=10-", None).await.expect(416);
    assert_eq!((&*behind.problem(), &behind.json()["byte_size"]), ("range_not_satisfiable", &json!(10)));
    let tag = format!("\"{}\"", file["sha256"].as_str().unwrap());
    ask("bytes=2-4", Some(&tag)).await.expect(206);
    ask("bytes=2-4", Some("\"another version\"")).await.expect(200);
}
