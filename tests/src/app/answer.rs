//! What the server answered.
use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Sends the request and takes the whole answer.
    pub async fn of(request: RequestBuilder) -> Self {
        Self::attempt(request).await.expect("the server answers")
    }

    /// As [`Answer::of`], of a server that may be gone before it has answered.
    pub async fn attempt(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let mut response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        if is_stream {
            // It does not end: how it begins is taken for the whole.
            let body = response.chunk().await?.unwrap_or_default();
            return Ok(Self { status, headers, body: String::from_utf8_lossy(&body).into_owned() });
        }
        Ok(Self { status, headers, body: response.text().await? })
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The id of the problem, after checking that it is one as RFC 9457 has them and says the answer's status.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self:?}");
        problem["id"].as_str().expect("a problem has an id").to_owned()
    }

    /// Pointer and code of each field error, in their order.
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }

    /// This answer, which must have `status`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}
