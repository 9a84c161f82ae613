//! The keys that Google signs with. They change every few days, and the new ones are published before they are used.
use crate::{http::Http, problem, reach::Reach};
use chrono::TimeDelta;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, body::Bytes};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, JwkSet},
};
use purser_kernel::{Problem, Timestamp};
use std::io;
use tokio::sync::Mutex;
use url::Url;

/// Where Google publishes them (`jwks_uri` of https://accounts.google.com/.well-known/openid-configuration).
pub const GOOGLE_KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";

/// How long they are kept. What Google withdraws is believed for no longer.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// How often they are fetched at most, whatever key a token names: anybody can name one.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// They are some two kilobytes.
const MAX_ANSWER: usize = 65_536;

/// Google's keys, fetched when they are needed.
pub(crate) struct Keys {
    url: Url,
    http: Http,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// When they were last asked for.
    asked_at: Option<Timestamp>,
    /// When they were fetched.
    fetched: Option<(Timestamp, JwkSet)>,
}

impl Known {
    /// Those that are not too old.
    fn set(&self, now: Timestamp) -> Option<&JwkSet> {
        self.fetched.as_ref().filter(|(at, _)| now - *at < KEPT).map(|(_, set)| set)
    }
}

impl Keys {
    /// Keys that are published at `url`.
    pub(crate) fn new(url: &str, reach: Reach) -> Result<Self, Problem> {
        let url = Url::parse(url).map_err(Problem::internal)?;
        let is_private = url.scheme() == "https" || url.host_str().is_some_and(|host| reach.is_desk(host));
        if !is_private {
            return Err(Problem::internal("keys that others could change on their way"));
        }
        let http = Http::new(reach, None, problem::PATIENCE).map_err(Problem::internal)?;
        Ok(Self { url, http, known: Mutex::default() })
    }

    /// The key of this name. `None` where Google has none; `provider_unavailable` while nobody can know.
    pub(crate) async fn get(&self, kid: &str, now: Timestamp) -> Result<Option<DecodingKey>, Problem> {
        // Whoever comes meanwhile waits for the same answer.
        let mut known = self.known.lock().await;
        if let Some(key) = known.set(now).and_then(|set| key(set, kid)) {
            return Ok(Some(key));
        }
        if known.asked_at.is_none_or(|at| now - at >= PAUSE) {
            known.asked_at = Some(now);
            match self.fetch().await {
                Ok(set) => known.fetched = Some((now, set)),
                Err(error) => tracing::warn!(%error, "Google's keys could not be fetched"),
            }
        }
        match known.set(now) {
            Some(set) => Ok(key(set, kid)),
            None => Err(problem::unavailable("Google's keys could not be fetched")),
        }
    }

    async fn fetch(&self) -> io::Result<JwkSet> {
        let asking = async {
            let request = Request::get(self.url.as_str()).body(Full::new(Bytes::new())).map_err(io::Error::other)?;
            let mut answer = self.http.send(&self.url, request).await?;
            if !answer.response.status().is_success() {
                return Err(io::Error::other(format!("the answer is {}", answer.response.status())));
            }
            let body =
                Limited::new(answer.response.body_mut(), MAX_ANSWER).collect().await.map_err(io::Error::other)?;
            serde_json::from_slice(&body.to_bytes()).map_err(io::Error::other)
        };
        tokio::time::timeout(problem::PATIENCE, asking).await.map_err(io::Error::other)?
    }
}

/// The key of this name, if it is one that RS256 is checked with.
fn key(set: &JwkSet, kid: &str) -> Option<DecodingKey> {
    let jwk = set.find(kid)?;
    matches!(jwk.algorithm, AlgorithmParameters::RSA(_)).then(|| DecodingKey::from_jwk(jwk).ok()).flatten()
}
