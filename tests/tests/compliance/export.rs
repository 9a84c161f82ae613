//! The trail as a file.
use crate::trail::{Trail, check, lines};
use chrono::TimeDelta;
use purser_compliance::verify::Finding;
use purser_tests::{
    app::{Answer, grocery},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

async fn sheet(trail: &Trail, query: &str) -> Vec<csv::StringRecord> {
    let answer = trail.tenant.get(&format!("/v1/audit-logs/export?format=csv{query}")).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(answer.header("content-disposition").contains("audit-logs.csv"));
    let text = answer.body.strip_prefix('\u{feff}').unwrap().to_owned();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!((&header[0], &header[1]), ("id", "created_at"));
    reader.records().map(Result::unwrap).collect()
}

/// The ids that a list, an export in lines and one as a sheet have for a filter, the oldest first.
async fn found(trail: &Trail, query: &str) -> [Vec<String>; 3] {
    let page = trail.tenant.get(&format!("/v1/audit-logs?limit=200&{query}")).await.expect(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let listed = page["data"].as_array().unwrap().iter().rev().map(|entry| text(&entry["id"])).collect();
    let file = trail.tenant.get(&format!("/v1/audit-logs/export?{query}")).await.expect(200);
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    let entries = lines(&file.body).into_iter().filter(|line| line["type"] == "entry");
    let rows = sheet(trail, &format!("&{query}")).await;
    [
        listed,
        entries.map(|line| text(&line["entry"]["id"])).collect(),
        rows.iter().map(|row| row[0].to_owned()).collect(),
    ]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_filter_finds_the_same_in_a_list_and_in_either_file(#[case] engine: Engine) {
    let Some(mut trail) = Trail::new(engine).await else { return };
    let then = (trail.clock.now() + TimeDelta::minutes(5)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    trail.wait(TimeDelta::minutes(10)).await;
    let product = json!({ "sku": "LATE", "name": "Late", "unit": "kg", "base_price": "2.40", "currency": "EUR" });
    let request = trail.tenant.request("POST", "/v1/products").header("X-Request-Id", "req-late");
    let product = Answer::of(request.json(&product)).await.expect(201).json();
    let login = json!({ "email": trail.tenant.email, "password": "wrong" });
    trail.app.anonymous("POST", "/v1/auth/login", Some(&login)).await.expect(401);
    let (product, owner) = (product["id"].as_str().unwrap(), &trail.tenant.user_id);
    for (query, count) in [
        ("action=product.create".to_owned(), 5),
        ("resource=product".to_owned(), 5),
        (format!("resource_id={product}"), 1),
        ("request_id=req-late".to_owned(), 1),
        ("outcome=failure".to_owned(), 1),
        (format!("actor_id={owner}&action=product.create"), 5),
        ("actor_kind=user&resource=customer".to_owned(), 1),
        (format!("since={then}&resource=product"), 1),
        (format!("until={then}&resource=product"), 4),
        (format!("since={then}&until={then}"), 0),
        ("category=change&resource=product".to_owned(), 5),
        ("severity=warning&outcome=failure".to_owned(), 1),
        ("action=nothing".to_owned(), 0),
    ] {
        let [listed, file, sheet] = found(&trail, &query).await;
        assert_eq!((listed.len(), &file, &sheet), (count, &listed, &listed), "{query}");
    }
    for query in ["category=x", "severity=x", "outcome=x", "since=yesterday", "format=xml", "limit=5"] {
        trail.tenant.get(&format!("/v1/audit-logs/export?{query}")).await.expect(422);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_trail_is_exported_as_a_whole(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.more(1_300).await;
    trail.seal().await;
    trail.more(1_100).await;
    let report = trail.verify().await;
    assert!(report.is_whole(), "{report:?}");
    assert!(report.sealed > 1_300 && report.open == 1_100, "{report:?}");
    let entries = lines(&trail.export().await);
    assert_eq!((&entries[0]["type"], &entries.last().unwrap()["type"]), (&json!("header"), &json!("end")));
    assert_eq!(sheet(&trail, "").await.len(), report.sealed + report.open);
}

/// What a client calls itself ends up in a cell.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_cell_is_a_formula(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let evil = "=HYPERLINK(\"http://example.com\",\"x\")";
    let product = json!({ "sku": "A-1", "name": "Apple", "unit": "kg", "base_price": "1", "currency": "EUR" });
    let request = trail.tenant.request("POST", "/v1/products").header("User-Agent", evil);
    Answer::of(request.json(&product)).await.expect(201);
    let rows = sheet(&trail, "").await;
    assert!(rows.iter().any(|row| row[13] == format!("'{evil}")), "{rows:?}");
    let dangerous = ['=', '+', '-', '@', '\t', '\r', '\n'];
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(dangerous)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_the_whole_is_not_taken_for_it(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    let keys = trail.keys().await;
    let filtered = trail.tenant.get("/v1/audit-logs/export?resource=product").await.expect(200).body;
    assert_eq!(check(&filtered, &keys).findings, [Finding::Filtered]);
    let whole = trail.export().await;
    let cut = &whole[..=whole.trim_end().rfind('\n').unwrap()];
    assert_eq!(check(cut, &keys).findings, [Finding::Incomplete]);
    assert_eq!(check("", &keys).findings, [Finding::NoHeader]);
    assert_eq!(check("{\"type\":\"end\",\"entries\":0}", &keys).findings, [Finding::NoHeader]);
    let torn = whole.replacen("\"type\":\"entry\"", "\"type\":\"entry", 1);
    let findings = check(&torn, &keys).findings;
    assert!(findings.iter().any(|finding| matches!(finding, Finding::Unreadable { line: 3, .. })), "{findings:?}");
}

/// Whatever numbers a customer has, they are the same after every way through a database and a file.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn strange_values_are_sealed_as_they_are_read(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let mut product = grocery_like();
    product["specs"] = serde_json::from_str(
        r#"{"a": 1e16, "b": 0.30000000000000004, "c": -0.0, "d": 1.0, "e": 9007199254740993, "f": 1e-9, "g": 1.5e300,
            "h": 0.1, "ö": "\u20ac \ud83d\ude00 \" \\ / \b", "i": [1.10, {"z": 1, "a": 2}], "j": 18446744073709551615}"#,
    )
    .unwrap();
    trail.tenant.create("/v1/products", &product).await;
    trail.seal().await;
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0, "{report:?}");
}

fn grocery_like() -> Value {
    json!({ "sku": "STRANGE", "name": "Strange", "unit": "kg", "base_price": "1", "currency": "EUR" })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_organization_exports_its_own(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let other = trail.app.tenant("Other").await;
    grocery(&other).await;
    trail.seal().await;
    let theirs = other.get("/v1/audit-logs/export").await.expect(200).body;
    assert!(!theirs.contains(&trail.tenant.organization_id));
    assert!(check(&theirs, &trail.keys().await).sealed == 0);
    assert!(!trail.export().await.contains(&other.organization_id));
}
