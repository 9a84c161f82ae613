//! Imports and exports of products and customers.
mod committed;
mod customers;
mod encodings;
mod refused_rows;
mod round_trip;
mod shown;
mod unreadable;

use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Raw,
};
use reqwest::RequestBuilder;
use serde_json::Value;

const PRODUCTS: &str = "/v1/products/import";
const CUSTOMERS: &str = "/v1/customers/import";

/// Three products with everything that is needed.
const GROCERY: &str = "sku,name,unit,base_price,currency\n\
    MILK,Whole Milk,case,12.40,EUR\n\
    RICE,Basmati Rice,kg,2.15,EUR\n\
    BREAD,White Bread,piece,1.05,EUR\n";

/// A file that is sent as it is, to be completed.
fn file(tenant: &Tenant, path: &str, bytes: impl Into<Vec<u8>>) -> RequestBuilder {
    tenant.request("POST", path).header("Content-Type", "text/csv").body(bytes.into())
}

/// A dry run, or with `commit` in the path the real thing.
async fn send(tenant: &Tenant, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    Answer::of(file(tenant, path, bytes)).await
}

/// What a dry run shows.
async fn dry_run(tenant: &Tenant, path: &str, text: &str) -> Value {
    let shown = send(tenant, path, text).await.expect(200).json();
    assert_eq!(shown["committed"], false, "{shown}");
    shown
}

/// The path that commits what was shown.
fn committing(path: &str, shown: &Value) -> String {
    format!("{path}?commit={}", shown["token"].as_str().unwrap())
}

/// A dry run and then the same file again, which does what was shown. Returns what was done.
async fn import(tenant: &Tenant, path: &str, text: &str) -> Value {
    let shown = dry_run(tenant, path, text).await;
    let done = send(tenant, &committing(path, &shown), text).await.expect(200).json();
    assert_eq!((&done["committed"], &done["token"]), (&Value::Bool(true), &Value::Null));
    for same in ["encoding", "delimiter", "columns", "rows", "refused", "written"] {
        assert_eq!(done[same], shown[same], "{same} is not what was shown");
    }
    done
}

/// How many rows are created, changed, unchanged and refused.
fn counts(report: &Value) -> [u64; 4] {
    let count = |name: &str| report["rows"][name].as_u64().unwrap();
    let counts = [count("created"), count("changed"), count("unchanged"), count("refused")];
    assert_eq!(counts.iter().sum::<u64>(), count("total"), "{report}");
    counts
}

/// Row, column and code of every fault.
fn faults(report: &Value) -> Vec<(u64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let refused = report["refused"].as_array().unwrap().iter();
    let faults = refused.flat_map(|row| row["errors"].as_array().unwrap().iter().map(move |error| (row, error)));
    faults.map(|(row, error)| (row["row"].as_u64().unwrap(), text(&error["column"]), text(&error["code"]))).collect()
}

/// All products by SKU, the oldest first.
async fn products(tenant: &Tenant) -> Vec<Value> {
    let mut products = crate::rows(tenant, "/v1/products?limit=200").await;
    products.reverse();
    products
}

/// The only text that a query finds.
async fn found(app: &TestApp, sql: &str) -> String {
    let mut owner: Raw = app.database.owner().await;
    owner.rows(sql).await.unwrap().remove(0).remove(0)
}

/// The number that counts the catalogue's changes, of the only organization.
async fn catalogue_version(app: &TestApp) -> i64 {
    let sql =
        "select cast(coalesce(max(next_value), 1) as text) from number_sequences where name = 'catalogue_version'";
    found(app, sql).await.parse().unwrap()
}

/// How many entries of this action the trail has, of all organizations.
async fn audited(app: &TestApp, action: &str) -> u64 {
    found(app, &format!("select cast(count(*) as text) from audit_logs where action = '{action}'"))
        .await
        .parse()
        .unwrap()
}
