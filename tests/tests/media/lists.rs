//! Files in a list, and their end.
use crate::folder;
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_newest_stands_first_and_filters_narrow(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (tenant, stranger) = (app.tenant("Acme").await, app.tenant("Other").await);
    stranger.upload("", "image/png", "theirs").await.expect(201);
    let mut files = Vec::new();
    for (content_type, content) in [("image/png", "a"), ("application/pdf", "b"), ("image/gif", "c")] {
        files.insert(0, tenant.upload("", content_type, content).await.expect(201).json());
    }
    let list = async |query: &str| tenant.get(&format!("/v1/media-files{query}")).await.expect(200).json();
    assert_eq!(list("").await["data"], json!(files));
    let first = list("?limit=2").await;
    assert_eq!(first["data"], json!(files[..2]));
    let rest = list(&format!("?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((&rest["data"], &rest["next_cursor"]), (&json!(files[2..]), &Value::Null));
    assert_eq!(list("?kind=image").await["data"], json!([files[0], files[2]]));
    assert_eq!(list(&format!("?sha256={}", files[1]["sha256"].as_str().unwrap())).await["data"], json!([files[1]]));
    assert_eq!(list("?stored=false").await["data"], json!([]));
    assert_eq!(list("?stored=true").await["data"], json!(files));
    for wrong in ["sha256=abc", "kind=picture", &*format!("sha256={}", "A".repeat(64))] {
        tenant.get(&format!("/v1/media-files?{wrong}")).await.expect(422);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_deleted_is_gone_with_its_bytes(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let kept = tenant.upload("", "text/plain", "kept").await.expect(201).json();
    let file = tenant.upload("", "text/plain", "hello").await.expect(201).json();
    let path = format!("/v1/media-files/{}", file["id"].as_str().unwrap());
    Answer::of(tenant.request("DELETE", &path)).await.expect(204);
    for gone in [&*path, &format!("{path}/content")] {
        assert_eq!(tenant.get(gone).await.expect(404).problem(), "not_found");
    }
    Answer::of(tenant.request("DELETE", &path)).await.expect(404);
    folder::has(&app, &tenant, 1).await;
    assert_eq!(folder::names(&app, &tenant), [kept["id"].as_str().unwrap()]);
    let trail = tenant.get("/v1/audit-logs?action=media_file.delete").await.expect(200).json();
    assert_eq!(trail["data"][0]["resource_id"], file["id"]);
}
