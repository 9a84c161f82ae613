//! Organizations, what they have decided, and what they may have.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod engagements;
mod limits;
mod organizations;
mod preferences;
mod projects;
mod purge;
mod secrets;
mod settings;
mod suspended;

use purser_tests::app::{Answer, Tenant};
use serde_json::Value;

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

/// The rows of a list's first page.
async fn rows(tenant: &Tenant, path: &str) -> Vec<Value> {
    tenant.get(path).await.expect(200).json()["data"].as_array().unwrap().clone()
}
