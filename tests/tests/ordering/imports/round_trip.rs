//! An export is a file that an import reads: nothing is lost in it, and no spreadsheet runs anything in it.
use super::{CUSTOMERS, PRODUCTS, counts, dry_run, import, products};
use crate::{id, problem};
use proptest::{
    prelude::{Strategy, any},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;
use std::fmt::Write;

/// What is written to be run, to break out of its cell, or to be lost.
const HOSTILE: [&str; 16] = [
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://x.example\",\"y\")",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "'=1+1",
    "''@x",
    "'quoted'",
    "\"quoted\"",
    "a,b;c\"d",
    "5\" pipe",
    "\\\"=1",
    "Ünïcødé ✓ 𝕏 مرحبا",
    "\u{feff}marked",
    "null",
    "a | b",
];

/// Texts that a field of one line takes.
fn texts() -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let strategy = (any::<bool>(), "['\"=+@;,\\-]{0,3}\\PC{1,20}");
    let random = (0..80).map(|_| strategy.new_tree(&mut runner).unwrap().current().1);
    HOSTILE.into_iter().map(str::to_owned).chain(random).filter(|text| !text.trim().is_empty()).collect()
}

async fn export(tenant: &Tenant, path: &str) -> String {
    let answer = tenant.get(path).await.expect(200);
    assert!(answer.header("content-type").starts_with("text/csv; charset=utf-8"), "{answer:?}");
    assert!(answer.header("content-disposition").starts_with("attachment; filename="), "{answer:?}");
    answer.body
}

/// The cells of a file, as a spreadsheet reads them.
fn cells(text: &str) -> Vec<String> {
    let mut file = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    file.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_export_is_read_again_and_changes_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, other) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    for (number, text) in texts().into_iter().enumerate() {
        let body = json!({
            "sku": format!("{} {number}", text.chars().take(12).collect::<String>()), "name": text, "unit": "kg",
            "description": format!("{text}\n=\r\n\t{text}"), "base_price": "0.0125", "currency": "EUR",
            "aliases": [text, format!("={text}")], "keywords": ["'", "=1"], "is_active": number % 2 == 0,
            "ai_training_examples": [text], "specs": { text: [1.5, "=1", null, { "a": "\n" }] },
            "category_id": (number % 3 == 0).then(|| id(&category)),
        });
        owner.create("/v1/products", &body).await;
    }
    let empty =
        json!({ "sku": "EMPTY", "name": "A", "unit": "a", "description": "", "base_price": "1", "currency": "JPY" });
    owner.create("/v1/products", &empty).await;
    let before = products(&owner).await;
    for path in ["", "?delimiter=semicolon", "?delimiter=tab"].map(|query| format!("/v1/products/export{query}")) {
        let file = export(&owner, &path).await;
        let shown = dry_run(&owner, PRODUCTS, &file).await;
        assert_eq!(counts(&shown), [0, 0, u64::try_from(before.len()).unwrap(), 0], "{path} {shown}");
    }
    let file = export(&owner, "/v1/products/export").await;
    for cell in cells(&file) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?} would be run");
    }
    // Somebody else makes the same products of it, but for the category, which is not theirs.
    let theirs = file.replace(id(&category), "");
    assert_eq!(counts(&import(&other, PRODUCTS, &theirs).await)[0], u64::try_from(before.len()).unwrap());
    assert_eq!(export(&other, "/v1/products/export").await, theirs);
    for (mine, theirs) in before.iter().zip(products(&other).await) {
        for field in ["sku", "name", "base_price", "aliases", "keywords", "ai_training_examples", "specs", "is_active"]
        {
            assert_eq!(theirs[field], mine[field], "{field}");
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn customers_are_read_again_as_well(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for (number, text) in texts().into_iter().enumerate() {
        let body = json!({
            "business_name": text, "customer_code": format!("={number}"), "phone": "+49 151 2345678",
            "email": "paula@example.com", "tax_id": text, "payment_terms": "-", "currency": "KWD",
            "address": { "line1": text, "city": "@", "country": "DE" },
        });
        owner.create("/v1/customers", &body).await;
    }
    owner.create("/v1/customers", &json!({ "business_name": "Nothing else" })).await;
    let before = owner.get("/v1/customers?limit=200").await.body;
    let file = export(&owner, "/v1/customers/export").await;
    let shown = import(&owner, CUSTOMERS, &file).await;
    let rows = u64::try_from(texts().len() + 1).unwrap();
    assert_eq!(counts(&shown), [0, 0, rows, 0], "{shown}");
    assert_eq!(owner.get("/v1/customers?limit=200").await.body, before);
    assert!(cells(&file).iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{file}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_export_has_every_page_and_nobody_elses_rows(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, other) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let mut text = "sku,name,unit,base_price,currency\r\n".to_owned();
    (0..450).for_each(|number| writeln!(text, "S-{number},Nail,piece,1,EUR\r").unwrap());
    import(&owner, PRODUCTS, &text).await;
    let file = export(&owner, "/v1/products/export").await;
    let skus: Vec<String> = file.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert_eq!(skus, (0..450).map(|number| format!("\"S-{number}\"")).collect::<Vec<_>>());
    for list in ["products", "customers"] {
        let nothing = export(&other, &format!("/v1/{list}/export")).await;
        assert_eq!(nothing.lines().count(), 1, "{nothing}");
    }
    problem(&other.get("/v1/products/export?delimiter=pipe").await, 422, "validation_failed");
    problem(&app.anonymous("GET", "/v1/products/export", None).await, 401, "unauthenticated");
    let head = Answer::of(owner.request("HEAD", "/v1/products/export")).await.expect(200);
    assert_eq!(head.body, "");
}
