//! Answers.
use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{StatusCode, header},
};
use purser_kernel::Problem;
use purser_store::Answer;
use serde::Serialize;
use std::time::Duration;

/// What a handler answers, before it is sent: an idempotency key may want to keep it.
#[must_use = "a reply is sent by returning it or by Write::commit"]
pub struct Reply {
    answer: Answer,
}

impl Reply {
    /// 200 with a body.
    pub fn ok(view: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::OK, view)
    }

    /// 201 with a body.
    pub fn created(view: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::CREATED, view)
    }

    /// 202: what was asked for is done later, or not at all; the answer does not say.
    pub fn accepted() -> Self {
        let answer = Answer { status: StatusCode::ACCEPTED.as_u16(), headers: Vec::new(), body: String::new() };
        Self { answer }
    }

    /// 202 with a body: it is not done yet, and the body says what it waits for.
    pub fn waits(view: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::ACCEPTED, view)
    }

    /// 204.
    pub fn no_content() -> Self {
        let answer = Answer { status: StatusCode::NO_CONTENT.as_u16(), headers: Vec::new(), body: String::new() };
        Self { answer }
    }

    /// JSON with a status.
    pub fn json(status: StatusCode, view: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(view).map_err(Problem::internal)?;
        Ok(Self { answer: Answer { status: status.as_u16(), headers: Vec::new(), body } })
    }

    /// Adds the version that `If-Match` takes back (RFC 9110, section 8.8.3).
    pub fn etag(self, version: i64) -> Self {
        self.header(header::ETAG.as_str(), format!("\"{version}\""))
    }

    /// Adds the address of what was created.
    pub fn location(self, path: String) -> Self {
        self.header(header::LOCATION.as_str(), path)
    }

    /// Lets anybody keep the answer for so long. For what everybody may see.
    pub fn cacheable(self, lifetime: Duration) -> Self {
        self.header(header::CACHE_CONTROL.as_str(), format!("public, max-age={}", lifetime.as_secs()))
    }

    /// Sets a cookie, or clears it.
    pub fn cookie(self, cookie: String) -> Self {
        self.header(header::SET_COOKIE.as_str(), cookie)
    }

    fn header(mut self, name: &str, value: String) -> Self {
        self.answer.headers.push((name.to_owned(), value));
        self
    }

    /// What an idempotency key keeps.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What is sent.
    pub fn into_response(mut self) -> HttpResponse {
        let body = std::mem::take(&mut self.answer.body);
        send(&self.answer, body)
    }

    /// An earlier answer, marked as such.
    pub fn replay(answer: &Answer) -> HttpResponse {
        let mut response = send(answer, answer.body.clone());
        let name = header::HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, header::HeaderValue::from_static("true"));
        response
    }
}

fn send(answer: &Answer, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.append_header((name.as_str(), value.as_str()));
    }
    if !answer.headers.iter().any(|(name, _)| name == header::CACHE_CONTROL.as_str()) {
        // What one person may see is not for a cache that others share.
        response.insert_header((header::CACHE_CONTROL, "no-store"));
    }
    if body.is_empty() { response.finish() } else { response.content_type("application/json").body(body) }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into_response()
    }
}
