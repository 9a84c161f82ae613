//! What people are told of, in their list and by mail.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod at_once;
mod digests;
mod documented;
mod lists;
mod mails;
mod preferences;
mod retention;
mod told;

use chrono::{DateTime, TimeDelta};
use purser_kernel::{Clock, PermissionSet};
use purser_store::jobs::NewJob;
use purser_tests::{
    app::{Answer, PASSWORD, ReceivedMail, Tenant, TestApp, eventually},
    database::Engine,
    payloads,
};
use serde_json::{Value, json};

const LIST: &str = "/v1/notifications";
const PREFERENCES: &str = "/v1/me/notification-preferences";

/// An organization, on a Friday in November at ten o'clock, until the test moves the clock.
struct House {
    app: TestApp,
    owner: Tenant,
    clock: Clock,
}

impl House {
    async fn open(engine: Engine) -> Option<Self> {
        let clock = Clock::fixed(DateTime::parse_from_rfc3339("2026-11-20T10:00:00Z").unwrap().to_utc());
        let app = TestApp::start_at(engine, clock.clone(), |_| {}).await?;
        let owner = app.tenant("Blue Harbor Foods").await;
        Some(Self { app, owner, clock })
    }

    async fn member(&self, allowed: impl Into<PermissionSet>) -> Tenant {
        self.app.member(&self.owner, allowed.into()).await
    }

    /// Something happens of which those are told who hold `secrets.manage`.
    async fn secret(&self, who: &Tenant, value: &str) {
        let body = json!({ "value": format!("sk-0123456789abcdef-{value}") });
        who.put("/v1/organization/secrets/openai_api_key", &body).await.expect(200);
    }

    /// Where a member is managed.
    async fn path(&self, member: &Tenant) -> String {
        let members = rows(&self.owner, "/v1/members?limit=200").await;
        let found = members.iter().find(|row| row["user_id"] == member.user_id.as_str()).unwrap();
        format!("/v1/members/{}", found["id"].as_str().unwrap())
    }

    /// Waits until everything was done that can be done now.
    async fn settle(&self) {
        let left = "select kind from jobs where status = 'running' or (status = 'ready' and last_error is null)";
        eventually("no job is left", || async { self.sql_rows(left).await.is_empty().then_some(()) }).await;
        payloads::assert_no_words(&self.app.database).await;
    }

    /// Does what a schedule does, so often at the same time.
    async fn schedule(&self, kind: &'static str, times: usize) {
        let tx = self.app.app().services().store.system().await.unwrap();
        for _ in 0..times {
            tx.enqueue(NewJob::new(kind, json!({}))).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.settle().await;
    }

    /// Time goes on, and whoever was signed in has to do so again.
    fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// The person, signed in anew.
    async fn back(&self, person: &Tenant) -> Tenant {
        let body = json!({ "email": person.email, "password": PASSWORD, "organization_id": person.organization_id });
        person.with_tokens(&self.app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200).json())
    }

    async fn sql(&self, sql: &str) {
        self.app.database.owner().await.execute(sql).await.unwrap();
    }

    async fn sql_rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.app.database.owner().await.rows(sql).await.unwrap()
    }

    /// Mails to the person whose subject has `subject` in it.
    fn mails(&self, person: &Tenant, subject: &str) -> Vec<ReceivedMail> {
        let mut mails = self.app.mails(&person.email);
        mails.retain(|mail| mail.subject.contains(subject));
        mails
    }
}

/// The rows of a list's first page.
async fn rows(who: &Tenant, path: &str) -> Vec<Value> {
    who.get(path).await.expect(200).json()["data"].as_array().unwrap().clone()
}

/// The kinds of what the person was told of, the newest first.
async fn kinds(who: &Tenant) -> Vec<String> {
    rows(who, LIST).await.iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
}

async fn unread(who: &Tenant) -> i64 {
    who.get("/v1/notifications/unread-count").await.expect(200).json()["unread"].as_i64().unwrap()
}

/// Changes what the person prefers, which nobody has changed before.
async fn prefer(who: &Tenant, change: Value) -> Answer {
    let version = who.get(PREFERENCES).await.expect(200).json()["version"].as_i64().unwrap();
    who.patch(PREFERENCES, version, &change).await
}

fn path(notification: &Value) -> String {
    format!("{LIST}/{}", notification["id"].as_str().unwrap())
}

/// The answer is this problem.
#[track_caller]
fn problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (status, id), "{answer:?}");
}
