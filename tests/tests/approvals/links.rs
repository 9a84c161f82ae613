//! Deciding by a link from a mail.
mod bound;
mod sent;

use crate::desk::{Desk, approver};
use purser_tests::app::{Answer, Tenant, TestApp};
use serde_json::{Value, json};

/// A manager whose mails are theirs, so that a link is enough.
async fn manager(desk: &Desk) -> Tenant {
    let manager = desk.member(approver()).await;
    desk.app.verify(&manager).await;
    manager
}

/// The token in the latest mail that asks this person.
async fn token(app: &TestApp, person: &Tenant) -> String {
    app.mail(&person.email, "An approval waits").await.token()
}

async fn post(app: &TestApp, verb: &str, body: &Value) -> Answer {
    app.anonymous("POST", &format!("/v1/approval-links/{verb}"), Some(body)).await
}

/// Opens the link.
async fn preview(app: &TestApp, token: &str) -> Answer {
    post(app, "preview", &json!({ "token": token })).await
}

/// Says yes to what was shown.
async fn approve_by(app: &TestApp, token: &str, shown: &Value) -> Answer {
    post(app, "approve", &json!({ "token": token, "payload_hash": shown["payload_hash"] })).await
}

async fn reject_by(app: &TestApp, token: &str) -> Answer {
    post(app, "reject", &json!({ "token": token, "reason": "Too much" })).await
}
