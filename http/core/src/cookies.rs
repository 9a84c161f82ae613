//! Tokens in cookies, for browsers, where an operator has switched that on: a page then holds nothing that a script could steal.
//!
//! Cookies come along by themselves, also with what another site makes a browser send. OWASP's Cross-Site Request Forgery Prevention
//! Cheat Sheet keeps such requests out three times, and so does this: cookies are `SameSite=Strict`; whatever changes something
//! carries a header that no form can send and for which another origin's script needs our leave; and what the browser says of where
//! the request comes from must be this origin, or one that the operator has named.
use super::{options::HttpOptions, reply::Reply, unit::bearer};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
    web::Data,
};
use chrono::{DateTime, Utc};
use purser_auth::AuthProblem;
use purser_kernel::{CommonProblem, Problem, SecretString};
use serde::Serialize;
use std::future::{Ready, ready};

/// `__Host-` binds them to this host, to TLS and to every path (RFC 6265bis, section 4.1.3.2).
const ACCESS: &str = "__Host-purser-access";
const REFRESH: &str = "__Host-purser-refresh";
/// Asks for cookies where tokens are given out, and shows where something is changed that a page of ours is asking.
const ASKING: HeaderName = HeaderName::from_static("x-session");

/// How the document describes what is sent instead of a bearer token.
pub fn scheme() -> serde_json::Value {
    serde_json::json!({
        "type": "apiKey", "in": "cookie", "name": ACCESS,
        "description": "An access token in a cookie, where the installation has switched that on (PURSER_COOKIES). A sign-in with the \
            header `X-Session: cookie` sets it and leaves the tokens out of its answer. Whatever is no GET carries the same header, \
            and comes from the same origin or from one that the installation names.",
    })
}

/// An answer that carries tokens.
pub trait Signed: Serialize {
    /// Takes the tokens out.
    fn take(&mut self) -> Tokens;
}

/// What goes into cookies.
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// When the access token ends.
    pub access_expires_at: DateTime<Utc>,
    /// The refresh token.
    pub refresh: String,
    /// When the refresh token ends.
    pub refresh_expires_at: DateTime<Utc>,
}

/// Whether the client keeps its tokens in cookies.
pub struct Delivery {
    cookies: bool,
    refresh: Option<String>,
}

impl Delivery {
    /// The answer, with its tokens where the client wants them.
    pub fn reply(&self, status: StatusCode, mut view: impl Signed) -> Result<Reply, Problem> {
        if !self.cookies {
            return Reply::json(status, &view);
        }
        let Tokens { access, access_expires_at, refresh, refresh_expires_at } = view.take();
        let reply = Reply::json(status, &view)?.cookie(cookie(ACCESS, &access, access_expires_at));
        Ok(reply.cookie(cookie(REFRESH, &refresh, refresh_expires_at)))
    }

    /// The refresh token that came in a cookie.
    pub fn refresh_token(&self) -> Option<SecretString> {
        self.refresh.clone().map(SecretString::from)
    }

    /// The answer to who signs out: the cookies are gone.
    pub fn cleared(&self, reply: Reply) -> Reply {
        let gone = |name| cookie(name, "", DateTime::UNIX_EPOCH);
        if self.cookies { reply.cookie(gone(ACCESS)).cookie(gone(REFRESH)) } else { reply }
    }
}

/// The value of `Set-Cookie`.
fn cookie(name: &str, value: &str, expires_at: DateTime<Utc>) -> String {
    // As HTTP writes times (RFC 9110, section 5.6.7).
    let expires = expires_at.format("%a, %d %b %Y %H:%M:%S GMT");
    format!("{name}={value}; Path=/; Expires={expires}; Secure; HttpOnly; SameSite=Strict")
}

impl FromRequest for Delivery {
    type Error = super::problem::Refusal;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(delivery(request).map_err(Into::into))
    }
}

fn delivery(request: &HttpRequest) -> Result<Delivery, Problem> {
    if !is_asked(request) {
        return Ok(Delivery { cookies: false, refresh: None });
    }
    if !is_on(request) {
        let message = "asks for cookies, which are not switched on here";
        return Err(Problem::invalid("/X-Session", "not_available", message));
    }
    guard(request)?;
    Ok(Delivery { cookies: true, refresh: sent(request, REFRESH) })
}

/// Whether a token was sent, in whichever way.
pub fn has_token(request: &HttpRequest) -> bool {
    request.headers().contains_key(header::AUTHORIZATION) || (is_on(request) && sent(request, ACCESS).is_some())
}

/// The token that was sent: as a bearer token, which no browser sends by itself, or else in a cookie.
pub fn token(request: &HttpRequest) -> Result<String, Problem> {
    if request.headers().contains_key(header::AUTHORIZATION) || !is_on(request) {
        return bearer(request);
    }
    let token = sent(request, ACCESS).ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
    if !request.method().is_safe() {
        guard(request)?;
    }
    Ok(token)
}

/// `cross_site_request` unless a page of ours is asking, or one of an origin that the operator has named.
fn guard(request: &HttpRequest) -> Result<(), Problem> {
    if is_asked(request) && is_from_here(request) { Ok(()) } else { Err(Problem::of(AuthProblem::CrossSiteRequest)) }
}

/// Browsers say where a request comes from (Fetch Metadata), older ones by its origin alone. Who says neither is refused.
fn is_from_here(request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN.as_str());
    let named = |origin: &str| options(request).is_some_and(|it| it.cors_allowed_origins.iter().any(|o| o == origin));
    if origin.is_some_and(named) {
        return true;
    }
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text(header::HOST.as_str());
    origin.and_then(|origin| origin.split_once("://")).is_some_and(|(_, of)| Some(of) == host)
}

fn is_asked(request: &HttpRequest) -> bool {
    request.headers().get(ASKING).is_some_and(|value| value == "cookie")
}

fn is_on(request: &HttpRequest) -> bool {
    options(request).is_some_and(|options| options.cookies)
}

fn options(request: &HttpRequest) -> Option<&HttpOptions> {
    request.app_data::<Data<HttpOptions>>().map(Data::get_ref)
}

fn sent(request: &HttpRequest, name: &str) -> Option<String> {
    let lines = request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(sent, value)| *sent == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}
