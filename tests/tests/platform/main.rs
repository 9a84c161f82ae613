//! What every domain leaves behind, and who administers all of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod audit_logs;
mod impersonation;
mod jobs;
mod organizations;
mod people;
mod sign_in;

use purser_tests::app::{Answer, Tenant};
use serde_json::Value;

/// The entries of the platform's trail that this query finds.
async fn trail(desk: &Tenant, query: &str) -> Vec<Value> {
    let page = desk.get(&format!("/v1/platform/audit-logs?{query}")).await.expect(200).json();
    page["data"].as_array().unwrap().clone()
}

/// The answer is this problem.
#[track_caller]
fn problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (status, id), "{answer:?}");
}
