//! A promotion to admin or owner is decided by a second person, where the organization asks for it.
mod alone;
mod at_once;
mod decided;
mod inbox;
mod routes;
mod setting;

use crate::{Person, give, names, person, rows};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use serde_json::{Value, json};

const LIST: &str = "/v1/role-change-requests";
const SETTINGS: &str = "/v1/organization/settings";

/// An organization in which promotions need a second person, and there is one.
struct Board {
    app: TestApp,
    owner: Tenant,
    /// An admin.
    second: Person,
}

impl Board {
    /// `None` where there is no PostgreSQL.
    async fn open(engine: Engine) -> Option<Self> {
        let app = TestApp::start(engine).await?;
        let owner = app.tenant("Blue Harbor Foods").await;
        let second = person(&app, &owner, &["admin"]).await;
        switch(&owner, true).await.expect(200);
        Some(Self { app, owner, second })
    }

    /// Somebody with these roles, which need nobody's approval.
    async fn person(&self, roles: &[&str]) -> Person {
        person(&self.app, &self.owner, roles).await
    }

    /// The owner gives the member these roles and is told to wait. What is asked.
    async fn waits(&self, member: &str, roles: &[&str]) -> Value {
        self.asked(&give(&self.owner, member, roles).await).await
    }

    /// What an answer says that waits.
    async fn asked(&self, answer: &Answer) -> Value {
        assert_eq!(answer.status, 202, "{answer:?}");
        let request = answer.json();
        let approval = request["approval_id"].as_str().unwrap().to_owned();
        assert_eq!(answer.header("location"), format!("/v1/approvals/{approval}"));
        assert_eq!(request["status"], "pending");
        self.approval(&approval).await
    }

    async fn approval(&self, id: &str) -> Value {
        self.owner.get(&format!("/v1/approvals/{id}")).await.expect(200).json()
    }

    /// The request that an approval is about.
    async fn request(&self, shown: &Value) -> Value {
        let id = shown["subject_id"].as_str().unwrap();
        self.owner.get(&format!("{LIST}/{id}")).await.expect(200).json()
    }

    async fn member(&self, path: &str) -> Value {
        self.owner.get(path).await.expect(200).json()
    }

    async fn roles(&self, path: &str) -> Vec<String> {
        names(&self.member(path).await).into_iter().map(str::to_owned).collect()
    }

    async fn sql(&self, sql: &str) {
        self.app.database.owner().await.execute(sql).await.unwrap();
    }
}

/// Says whether promotions need a second person.
async fn switch(who: &Tenant, on: bool) -> Answer {
    let version = who.get(SETTINGS).await.expect(200).json()["version"].as_i64().unwrap();
    who.patch(SETTINGS, version, &json!({ "role_changes_need_approval": on })).await
}

async fn approve(who: &Tenant, shown: &Value) -> Answer {
    let body = json!({ "payload_hash": shown["payload_hash"] });
    who.post(&format!("/v1/approvals/{}/approve", shown["id"].as_str().unwrap()), &body).await
}

async fn assigned(who: &Tenant) -> usize {
    rows(who, "/v1/approvals?assigned=me").await.len()
}
