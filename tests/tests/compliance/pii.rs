//! Personal data in free text.
mod exports;
mod findings;
mod logs;
mod measured;
mod rules;
mod scans;

use purser_tests::app::{Tenant, eventually};
use serde_json::{Value, json};

/// The rows of a list.
async fn rows(tenant: &Tenant, path: &str) -> Vec<Value> {
    tenant.get(path).await.expect(200).json()["data"].as_array().unwrap().clone()
}

/// The findings of a resource, in the order in which they stand in its texts, once there are so many.
async fn findings(tenant: &Tenant, resource: &Value, count: usize) -> Vec<Value> {
    let path = format!("/v1/pii-findings?resource_id={}", resource["id"].as_str().unwrap());
    let mut found = eventually(&format!("{count} findings"), || async {
        Some(rows(tenant, &path).await).filter(|found| found.len() == count)
    })
    .await;
    found.sort_by_key(|finding| (finding["field"].to_string(), finding["start"].as_i64()));
    found
}

/// A customer whose name says this.
async fn customer(tenant: &Tenant, name: &str) -> Value {
    tenant.create("/v1/customers", &json!({ "business_name": name })).await
}

/// What stands in a text at the place of a finding.
fn at(text: &str, finding: &Value) -> String {
    let place = |name: &str| usize::try_from(finding[name].as_u64().unwrap()).unwrap();
    text.chars().skip(place("start")).take(place("end") - place("start")).collect()
}

/// The predefined rule of a type, once it is there.
async fn predefined(tenant: &Tenant, pii_type: &str) -> Value {
    eventually("the predefined rules to be there", || async {
        let rules = rows(tenant, "/v1/pii-rules").await;
        rules.into_iter().find(|rule| rule["pii_type"] == pii_type && rule["is_predefined"] == true)
    })
    .await
}

fn path(list: &str, row: &Value) -> String {
    format!("{list}/{}", row["id"].as_str().unwrap())
}
