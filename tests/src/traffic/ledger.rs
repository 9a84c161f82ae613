//! What was acknowledged to one client.
use crate::app::Tenant;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Everything that was acknowledged, and what of it was not looked for since.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By path, as it was answered last.
    resources: HashMap<String, Value>,
    /// Mail addresses of those who signed up.
    people: HashSet<String>,
    /// The ids of messages that were taken in.
    messages: HashSet<String>,
    latest: HashSet<String>,
    latest_people: HashSet<String>,
}

/// Fields of a customer that follow from its orders, without a version of their own.
const FOLLOW: [&str; 5] = ["status", "total_orders", "total_spent", "last_ordered_at", "updated_at"];

impl Ledger {
    pub(super) fn note(&mut self, path: String, answered: Value) {
        self.latest.insert(path.clone());
        self.resources.insert(path, answered);
    }

    pub(super) fn note_person(&mut self, email: &str) {
        self.people.insert(email.to_owned());
        self.latest_people.insert(email.to_owned());
    }

    pub(super) fn note_message(&mut self, id: &str) {
        self.messages.insert(id.to_owned());
    }

    /// The resources below `collection`.
    pub(super) fn below(&self, collection: &str) -> Vec<(&String, &Value)> {
        let mut found: Vec<_> = self.resources.iter().filter(|(path, _)| path.starts_with(collection)).collect();
        found.sort_by_key(|(path, _)| *path);
        found
    }

    /// What was acknowledged since the last look.
    pub(super) async fn check_latest(&mut self, tenant: &Tenant, url: &str) {
        for path in std::mem::take(&mut self.latest) {
            self.check(tenant, &path).await;
        }
        for email in std::mem::take(&mut self.latest_people) {
            let mut person = tenant.clone();
            person.email = email;
            person.signed_in_at(url).await;
        }
    }

    /// Everything; `messages` are the ids of those that are there.
    pub(super) async fn check_all(&self, tenant: &Tenant, messages: &[String]) {
        for path in self.resources.keys() {
            self.check(tenant, path).await;
        }
        for id in &self.messages {
            assert!(messages.contains(id), "the message {id} was acknowledged and is lost");
        }
    }

    /// It is there, and as it was answered unless it was changed since.
    async fn check(&self, tenant: &Tenant, path: &str) {
        let noted = &self.resources[path];
        let answer = tenant.get(path).await;
        assert_eq!(answer.status, 200, "{path} was acknowledged and is lost: {answer:?}");
        let found = answer.json();
        let version = |resource: &Value| resource["version"].as_i64().expect("it has a version");
        assert!(version(&found) >= version(noted), "{path} is older than what was acknowledged: {found} < {noted}");
        if version(&found) == version(noted) {
            assert_eq!(of_its_own(path, &found), of_its_own(path, noted), "{path} is not what was acknowledged");
        }
    }
}

fn of_its_own(path: &str, resource: &Value) -> Value {
    let mut resource = resource.clone();
    if let Some(fields) = resource.as_object_mut().filter(|_| path.starts_with("/v1/customers/")) {
        fields.retain(|name, _| !FOLLOW.contains(&name.as_str()));
    }
    resource
}
