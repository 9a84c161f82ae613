//! A client that takes nothing for granted.
use crate::Failure;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::time::Duration;

/// How long a step of the story may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    pub(super) token: Option<String>,
}

impl Client {
    pub(super) fn new(url: &str) -> Result<Self, Failure> {
        // The story plays on this machine: a proxy from the environment has no part in it.
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
        let http = http.map_err(|error| Failure::new("There is no client to tell the story with").because(error))?;
        Ok(Self { http, url: url.to_owned(), token: None })
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        send(self.request(Method::GET, path), path, 200).await
    }

    pub(super) async fn create(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        send(self.request(Method::POST, path).json(body), path, 201).await
    }
}

/// Sends the request and returns the JSON of its answer, which must have this status.
pub(super) async fn send(request: RequestBuilder, what: &str, status: u16) -> Result<Value, Failure> {
    let response =
        request.send().await.map_err(|error| Failure::new(format!("{what} was not answered")).because(error))?;
    let answered = response.status().as_u16();
    let text = response.text().await.map_err(|error| Failure::new(format!("{what} broke off")).because(error))?;
    if answered != status {
        return Err(Failure::new(format!("{what} answered {answered} instead of {status}: {text}")));
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("{what} did not answer JSON")).because(error))
}

/// What stands at `pointer`, as text.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, Failure> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Failure::new(format!("an answer has no {pointer}")))
}

/// The rows of a list.
pub(super) fn rows(value: &Value) -> &[Value] {
    value.get("data").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
