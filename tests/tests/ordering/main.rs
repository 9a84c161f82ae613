//! Customers, the catalogue, prices and orders, as a client sees them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod categories;
mod customers;
mod durations;
mod idempotency;
mod imports;
mod labels;
mod lists;
mod orders;
mod price_tiers;
mod products;
mod shop;
mod variants;
mod walls;

use purser_tests::app::{Answer, Tenant};
use serde_json::{Value, json};

/// The id of a row.
fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}

/// The version of a row.
fn version(row: &Value) -> i64 {
    row["version"].as_i64().unwrap()
}

/// The path of a row under a list.
fn at(list: &str, row: &Value) -> String {
    format!("{list}/{}", id(row))
}

/// The rows of a list's first page.
async fn rows(tenant: &Tenant, path: &str) -> Vec<Value> {
    tenant.get(path).await.expect(200).json()["data"].as_array().unwrap().clone()
}

/// A product that costs 10 euros.
async fn product(tenant: &Tenant, sku: &str) -> Value {
    let body = json!({ "sku": sku, "name": format!("Product {sku}"), "unit": "piece", "base_price": "10.00", "currency": "EUR" });
    tenant.create("/v1/products", &body).await
}

/// The answer refuses the body, and these are the pointers and codes of all that is wrong with it.
#[track_caller]
fn refused(answer: &Answer, faults: &[(&str, &str)]) {
    assert_eq!((answer.status, answer.problem().as_str()), (422, "validation_failed"), "{answer:?}");
    let found = answer.errors();
    let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    assert_eq!(found, faults, "{answer:?}");
}

/// The answer is this problem.
#[track_caller]
fn problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (status, id), "{answer:?}");
}

/// PATCH and DELETE need the version that the caller saw, and refuse every other.
async fn keeps_versions(tenant: &Tenant, path: &str, change: &Value) {
    let send = |if_match: Option<&str>| {
        let request = tenant.request("PATCH", path).json(change);
        Answer::of(match if_match {
            Some(version) => request.header("If-Match", version),
            None => request,
        })
    };
    let before = tenant.get(path).await.expect(200);
    assert_eq!(before.header("etag"), format!("\"{}\"", version(&before.json())));
    problem(&send(None).await, 428, "precondition_required");
    for if_match in ["\"0\"", "\"1000\"", "W/\"1\"", "1", "\"\"", "one"] {
        problem(&send(Some(if_match)).await, 412, "stale");
    }
    problem(&Answer::of(tenant.request("DELETE", path)).await, 428, "precondition_required");
    problem(&tenant.delete(path, 1000).await, 412, "stale");
    assert_eq!(tenant.get(path).await.expect(200).body, before.body);

    let changed = send(Some(before.header("etag"))).await.expect(200);
    assert_eq!(changed.header("etag"), format!("\"{}\"", version(&before.json()) + 1));
    problem(&send(Some(before.header("etag"))).await, 412, "stale");
    problem(&tenant.delete(path, version(&before.json())).await, 412, "stale");
    // RFC 9110, section 13.1.1: whichever there is, or one of several.
    let any = send(Some("*")).await.expect(200);
    send(Some(&format!("\"1000\", {}", any.header("etag")))).await.expect(200);
    problem(&send(Some(&format!("\"1000\", W/{}", any.header("etag")))).await, 412, "stale");
}

/// DELETE answers 204 once; then the row is not there, as if it had never been.
async fn deletes(tenant: &Tenant, list: &str, path: &str) {
    let before = tenant.get(path).await.expect(200).json();
    let gone = tenant.delete(path, version(&before)).await.expect(204);
    assert_eq!(gone.body, "");
    problem(&tenant.get(path).await, 404, "not_found");
    problem(&tenant.delete(path, version(&before)).await, 404, "not_found");
    assert!(rows(tenant, list).await.iter().all(|row| id(row) != id(&before)));
}
