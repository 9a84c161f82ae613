//! Files that are none: a clear problem, and nothing changed.
use super::{CUSTOMERS, GROCERY, PRODUCTS, dry_run, products, send};
use crate::{problem, refused};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::Value;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_csv_is_refused_whole(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let long = format!("sku,name\nA,{}\n", "x".repeat(10 * 1024 * 1024));
    let quoted = format!("sku,name\nA,\"{}\"\n", "x\n".repeat(5 * 1024 * 1024));
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty_file", vec![]),
        ("empty_file", b"\xef\xbb\xbf".to_vec()),
        ("empty_file", b"\r\n\r\n".to_vec()),
        ("open_quote", b"sku,name\nA,\"Milk\nB,Rice\n".to_vec()),
        ("open_quote", b"sku,\"name\nA,Milk\n".to_vec()),
        ("text_after_quote", b"sku,name\nA,\"Milk\" whole\n".to_vec()),
        ("row_too_long", long.into_bytes()),
        ("row_too_long", quoted.into_bytes()),
        ("too_many_rows", format!("sku,name\n{}", ",\n".repeat(1_000_000)).into_bytes()),
        ("too_many_rows", format!("sku,name{}A,Milk\n", "\r\n".repeat(1_000_000)).into_bytes()),
        // UTF-8 with a broken byte, half a unit of UTF-16, half a pair of units, a byte without a character.
        ("invalid_encoding", b"sku,name\nA,K\xc3\xa4se \xff\n".to_vec()),
        ("invalid_encoding", b"\xff\xfes\0k\0u\0\n\0A".to_vec()),
        ("invalid_encoding", b"\xff\xfes\0k\0u\0\n\0\x00\xd8\n\0".to_vec()),
        ("invalid_encoding", b"sku,name\nA,\x81\n".to_vec()),
    ];
    for (code, bytes) in files {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        let answer = send(&owner, PRODUCTS, bytes).await;
        problem(&answer, 400, "malformed_request");
        assert_eq!(answer.json()["code"], code, "{shown:?} {answer:?}");
    }
    let named = owner.request("POST", PRODUCTS).header("Content-Type", "text/csv; charset=utf-8");
    let named = Answer::of(named.body(b"sku,name\nA,K\xe4se\n".to_vec())).await;
    assert_eq!((named.status, &named.json()["code"]), (400, &Value::from("invalid_encoding")));
    assert_eq!(products(&owner).await, Vec::<Value>::new());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_header_has_known_columns_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let header = async |text: &str| send(&owner, PRODUCTS, format!("{text}\nA\n")).await;
    refused(&header("sku,colour").await, &[("/colour", "unknown_column")]);
    refused(&header("sku,name,Name").await, &[("/Name", "duplicate_column")]);
    refused(&header("name,unit").await, &[("/sku", "required")]);
    refused(&header("sku,,name").await, &[("/", "unknown_column")]);
    refused(&header("s\0k\0u\0").await, &[("/s\0k\0u\0", "unknown_column"), ("/sku", "required")]);
    refused(
        &send(&owner, CUSTOMERS, GROCERY).await,
        &[
            ("/sku", "unknown_column"),
            ("/name", "unknown_column"),
            ("/unit", "unknown_column"),
            ("/base_price", "unknown_column"),
            ("/customer_code", "required"),
        ],
    );
    let many: Vec<String> = (0..1000).map(|number| format!("column {number}")).collect();
    assert_eq!(header(&many.join(",")).await.expect(422).errors().len(), 20);
    header(&"x".repeat(1024 * 1024)).await.expect(422);
    assert!(header(&"x".repeat(1024 * 1024)).await.body.len() < 2000);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_csv_of_a_known_encoding_and_size_is_taken(#[case] engine: Engine) {
    let small = |config: &mut purser_api::Config| config.max_import_bytes = 2048;
    let Some(app) = TestApp::start_with(engine, small).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for media_type in ["application/json", "text/plain", "csv", "text/csv; charset=shift_jis", "text/csv; charset=x"] {
        let request = owner.request("POST", PRODUCTS).header("Content-Type", media_type).body(GROCERY);
        problem(&Answer::of(request).await, 415, "unsupported_media_type");
    }
    problem(&Answer::of(owner.request("POST", PRODUCTS).body(GROCERY)).await, 415, "unsupported_media_type");
    dry_run(&owner, PRODUCTS, &format!("{GROCERY}{}", "\n".repeat(2048 - GROCERY.len()))).await;
    problem(&send(&owner, PRODUCTS, "\n".repeat(2049)).await, 413, "payload_too_large");
    for query in ["delimiter=pipe", "dry_run=true", "delimiter="] {
        assert_eq!(
            send(&owner, &format!("{PRODUCTS}?{query}"), GROCERY).await.expect(422).problem(),
            "validation_failed"
        );
    }
    let anonymous = app.request("POST", PRODUCTS).header("Content-Type", "text/csv").body(GROCERY);
    problem(&Answer::of(anonymous).await, 401, "unauthenticated");
}
