//! An organization has so much room, however many take from it at once.
use crate::folder;
use futures_util::future::join_all;
use purser_entity_platform::media_file;
use purser_store::{MediaKind, prelude::*};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

const GB: i64 = 1_000_000_000;

/// Leaves the tenant `left` bytes of one gigabyte.
async fn fill(app: &TestApp, tenant: &Tenant, left: i64) {
    let organization = uuid_literal(app.database.engine, &tenant.organization_id);
    let sql = format!("update organizations set max_storage_gb = 1 where id = {organization}");
    app.database.owner().await.execute(&sql).await.unwrap();
    let scope = Scope::system(tenant.organization_id.parse().unwrap(), "test");
    let tx = app.app().services().store.write(&scope).await.unwrap();
    let file = media_file::ActiveModel {
        storage_key: Set(Some("elsewhere".to_owned())),
        filename: Set(None),
        content_type: Set("application/pdf".to_owned()),
        byte_size: Set(Some(GB - left)),
        sha256: Set(Some("0".repeat(64))),
        kind: Set(MediaKind::Document),
        source_url: Set(None),
        ..Default::default()
    };
    tx.insert_many([file]).await.unwrap();
    tx.commit().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_ten_uploads_at_once_as_many_are_kept_as_there_is_room_for(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    fill(&app, &tenant, 1_000).await;
    let answers = join_all((0..10).map(|_| tenant.upload("", "text/plain", vec![b'x'; 300]))).await;
    let (kept, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((kept.len(), refused.len()), (3, 7), "{refused:?}");
    for answer in refused {
        let document = answer.expect(409);
        assert_eq!(document.problem(), "limit_reached");
        let document = document.json();
        assert_eq!((&document["limit"], &document["allowed"]), (&json!("max_storage_gb"), &json!(GB)));
        assert_eq!(document["used"], GB - 100);
    }
    folder::has(&app, &tenant, 3).await;
    // To the last byte, and another's room is their own.
    tenant.upload("", "text/plain", vec![b'x'; 101]).await.expect(409);
    tenant.upload("", "text/plain", vec![b'x'; 100]).await.expect(201);
    app.tenant("Other").await.upload("", "text/plain", "x").await.expect(201);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_deleted_leaves_room_at_once(#[case] engine: Engine) {
    // Nobody who would take the bytes away.
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    fill(&app, &tenant, 10).await;
    let file = tenant.upload("", "text/plain", "0123456789").await.expect(201).json();
    assert_eq!(tenant.upload("", "text/plain", "x").await.expect(409).problem(), "limit_reached");
    let path = format!("/v1/media-files/{}", file["id"].as_str().unwrap());
    Answer::of(tenant.request("DELETE", &path)).await.expect(204);
    tenant.upload("", "text/plain", "9876543210").await.expect(201);
}
