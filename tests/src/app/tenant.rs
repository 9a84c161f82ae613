//! A person of an organization, signed in.
use super::{Answer, PASSWORD, eventually};
use crate::whatsapp;
use purser_kernel::{Permission, PermissionSet};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// A person of an organization, signed in, and what the suites do over and over.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The organization.
    pub organization_id: String,
    /// The person.
    pub user_id: String,
    /// Their mail address.
    pub email: String,
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
    client: Client,
    url: String,
}

impl Tenant {
    /// An organization with its owner signed in.
    pub async fn sign_up(client: &Client, url: &str, name: &str, email: &str) -> Self {
        let request = client.post(format!("{url}/v1/auth/signup")).json(&founder(name, email));
        let signed_up = Answer::of(request).await.expect(201).json();
        Self::new(client.clone(), url.to_owned(), email.to_owned(), &signed_up)
    }

    /// The person that a sign-up answered with.
    pub fn new(client: Client, url: String, email: String, signed_up: &Value) -> Self {
        let text = |pointer: &str| {
            let value = signed_up.pointer(pointer).and_then(Value::as_str);
            value.unwrap_or_else(|| panic!("no {pointer} in {signed_up}")).to_owned()
        };
        Self {
            organization_id: text("/organization/id"),
            user_id: text("/user/id"),
            access_token: text("/access_token"),
            refresh_token: text("/refresh_token"),
            email,
            client,
            url,
        }
    }

    /// The same person, signed in elsewhere: what `POST /v1/auth/login` answered.
    pub fn with_tokens(&self, answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned();
        Self {
            organization_id: text("organization_id"),
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            ..self.clone()
        }
    }

    /// What acts for the same organization with another token, such as an API key.
    pub fn with_token(&self, token: &str) -> Self {
        Self { access_token: token.to_owned(), ..self.clone() }
    }

    /// A program with a key that the person creates for these permissions.
    pub async fn program(&self, scopes: PermissionSet) -> Self {
        let scopes: Vec<&str> = scopes.iter().map(Permission::as_str).collect();
        let key = self.create("/v1/api-keys", &json!({ "name": "Program", "scopes": scopes })).await;
        self.with_token(key["secret"].as_str().expect("a secret"))
    }

    /// The same person at a server that was started again elsewhere.
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// Signs in anew at the server `url`: a token lives for minutes only.
    pub async fn signed_in_at(&self, url: &str) -> Self {
        let mut tenant = self.at(url);
        let body = json!({ "email": self.email, "password": PASSWORD });
        let signed_in =
            Answer::of(self.client.post(format!("{url}/v1/auth/login")).json(&body)).await.expect(200).json();
        let token = |name: &str| signed_in[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
        (tenant.access_token, tenant.refresh_token) = (token("access_token"), token("refresh_token"));
        tenant
    }

    /// The same person, signed in to another organization of theirs.
    pub async fn signed_in_to(&self, organization_id: &str) -> Self {
        let body = json!({ "email": self.email, "password": PASSWORD, "organization_id": organization_id });
        let request = self.client.post(format!("{}/v1/auth/login", self.url)).json(&body);
        self.with_tokens(&Answer::of(request).await.expect(200).json())
    }

    /// A request with the person's token, to be completed.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.access_token)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path)).await
    }

    /// POST with a body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request("POST", path).json(body)).await
    }

    /// POST without a body.
    pub async fn verb(&self, path: &str) -> Answer {
        Answer::of(self.request("POST", path)).await
    }

    /// POST with an idempotency key.
    pub async fn post_keyed(&self, path: &str, key: &str, body: &Value) -> Answer {
        Answer::of(self.request("POST", path).header("Idempotency-Key", key).json(body)).await
    }

    /// PATCH of a version.
    pub async fn patch(&self, path: &str, version: i64, body: &Value) -> Answer {
        Answer::of(self.request("PATCH", path).header("If-Match", etag(version)).json(body)).await
    }

    /// PUT, of whatever version.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request("PUT", path).json(body)).await
    }

    /// DELETE of a version.
    pub async fn delete(&self, path: &str, version: i64) -> Answer {
        Answer::of(self.request("DELETE", path).header("If-Match", etag(version))).await
    }

    /// Creates something and returns it.
    pub async fn create(&self, path: &str, body: &Value) -> Value {
        self.post(path, body).await.expect(201).json()
    }

    /// POST of a file to `/v1/media-files`, with `query` behind it.
    pub async fn upload(&self, query: &str, content_type: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        let request = self.request("POST", &format!("/v1/media-files{query}"));
        Answer::of(request.header("Content-Type", content_type).body(bytes.into())).await
    }

    /// A customer with one WhatsApp number.
    pub async fn customer(&self, name: &str, whatsapp: &str) -> Value {
        let contacts = json!([{ "name": "Paula Purchaser", "whatsapp": whatsapp }]);
        self.create("/v1/customers", &json!({ "business_name": name, "currency": "EUR", "contacts": contacts })).await
    }

    /// Connects WhatsApp and returns the callback path.
    pub async fn connect_whatsapp(&self) -> String {
        let integration = self.create("/v1/integrations", &whatsapp::integration()).await;
        integration["callback_path"].as_str().expect("a callback path").to_owned()
    }

    /// Posts a body to the door as Meta does, signed.
    pub async fn deliver(&self, callback: &str, body: &Value) -> Answer {
        Answer::of(self.delivery(callback, body)).await
    }

    /// What [`Tenant::deliver`] posts.
    pub fn delivery(&self, callback: &str, body: &Value) -> RequestBuilder {
        let body = body.to_string();
        let signature = whatsapp::signature(whatsapp::APP_SECRET, body.as_bytes());
        let request = self.client.post(format!("{}{callback}", self.url));
        let request = request.header("X-Hub-Signature-256", signature).header("Content-Type", "application/json");
        request.body(body)
    }

    /// The order with this status, once there is one.
    pub async fn order_with_status(&self, status: &str) -> Value {
        let path = format!("/v1/orders?status={status}");
        eventually(&format!("an order with the status {status}"), || async {
            let page = self.get(&path).await.expect(200).json();
            page["data"].as_array().and_then(|orders| orders.first().cloned())
        })
        .await
    }
}

/// The body that signs up.
pub fn founder(name: &str, email: &str) -> Value {
    json!({ "organization_name": name, "full_name": "Olive Owner", "email": email, "password": PASSWORD })
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}
