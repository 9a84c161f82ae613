//! One write, which may have to be sent more than once.
use crate::app::{Answer, Tenant};
use serde_json::Value;

/// A write as it is sent, each time the same.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) kind: Kind,
    pub(super) path: String,
    /// The idempotency key of a POST.
    pub(super) key: Option<String>,
    pub(super) body: Value,
    /// Whether it was sent before and may have had its effect.
    pub(super) again: bool,
}

/// What kind of write, which decides what may be answered.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A person with an organization: by its mail address.
    SignUp(String),
    /// A customer or a product.
    Create,
    /// A change of the version that it names.
    Change(i64),
    /// An order is confirmed or cancelled.
    Act,
    /// A message comes in, by its id.
    Message(String),
}

impl Write {
    pub(super) fn new(kind: Kind, path: impl Into<String>, body: Value) -> Self {
        Self { kind, path: path.into(), key: None, body, again: false }
    }

    pub(super) fn keyed(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }

    pub(super) async fn send(&self, tenant: &Tenant) -> Result<Answer, reqwest::Error> {
        let request = match &self.kind {
            Kind::Message(_) => tenant.delivery(&self.path, &self.body),
            Kind::Change(version) => {
                tenant.request("PATCH", &self.path).header("If-Match", format!("\"{version}\"")).json(&self.body)
            }
            Kind::SignUp(_) | Kind::Create => tenant.request("POST", &self.path).json(&self.body),
            Kind::Act => tenant.request("POST", &self.path),
        };
        let request = match &self.key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        Answer::attempt(request).await
    }
}
