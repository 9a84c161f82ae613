//! The caller, and the transaction of a request.
use super::{
    body::Hashed, cookies, limits::RateLimits, observe::RequestId, options::HttpOptions, problem::Refusal, reply::Reply,
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{self, Header},
    web,
};
use futures_util::future::LocalBoxFuture;
use purser_auth::{Auth, AuthProblem, Authenticated};
use purser_kernel::{
    Client, CommonProblem, Expected, Id, OrganizationId, PermissionSet, Problem, Scope, UserId, ids::SessionId, text,
};
use purser_store::{KeyClaim, KeyedRequest, ReadTx, Store, WriteTx};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use uuid::Builder;

/// Where the request came from: for doors that know no caller.
pub struct Anyone {
    store: web::Data<Store>,
    auth: web::Data<Auth>,
    /// Where the request came from.
    pub client: Client,
    /// The request's id.
    pub request_id: String,
}

impl Anyone {
    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who knows callers.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }
}

impl FromRequest for Anyone {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let counted = anyone(request).and_then(|anyone| {
            limits(request)?.stranger(request, &anyone.client)?;
            Ok(anyone)
        });
        std::future::ready(counted.map_err(Refusal::from))
    }
}

/// Where a request came from, not counted yet.
pub fn anyone(request: &HttpRequest) -> Result<Anyone, Problem> {
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Ok(Anyone { store: part(request)?, auth: part(request)?, client: client(request), request_id })
}

fn part<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>, Problem> {
    let part = request.app_data::<web::Data<T>>().cloned();
    part.ok_or_else(|| Problem::internal("the store and auth are part of the app"))
}

/// The buckets of this process.
pub fn limits(request: &HttpRequest) -> Result<&RateLimits, Problem> {
    let limits = request.app_data::<web::Data<RateLimits>>();
    limits.map(web::Data::get_ref).ok_or_else(|| Problem::internal("the limits are part of the app"))
}

/// The address of the client. A proxy's word counts only when the proxy is one of ours; then the last address in
/// `X-Forwarded-For` that is not ours is the client's.
pub fn client(request: &HttpRequest) -> Client {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let mut ip = peer(request);
    if ip.is_some_and(|peer| is_trusted(request, peer)) {
        ip = forwarded(request).or(ip);
    }
    Client { ip: ip.map(|ip| ip.to_string()), user_agent: text(header::USER_AGENT).map(str::to_owned) }
}

/// The last address of all lines of `X-Forwarded-For` that is not ours. Whatever stands before an entry that is no address is
/// anybody's word.
fn forwarded(request: &HttpRequest) -> Option<IpAddr> {
    let lines: Vec<&str> =
        request.headers().get_all(header::X_FORWARDED_FOR).map(|line| line.to_str().unwrap_or_default()).collect();
    let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
    entries.map_while(|entry| address(entry.trim())).find(|address| !is_trusted(request, *address))
}

/// Some proxies write the port, too.
fn address(entry: &str) -> Option<IpAddr> {
    entry.parse().ok().or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// Whether the client came over TLS, by the word of a proxy that is one of ours.
pub fn is_over_tls(request: &HttpRequest) -> bool {
    let scheme = request.headers().get(header::X_FORWARDED_PROTO).and_then(|value| value.to_str().ok());
    peer(request).is_some_and(|peer| is_trusted(request, peer))
        && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}

fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip())
}

fn is_trusted(request: &HttpRequest, address: IpAddr) -> bool {
    let options = request.app_data::<web::Data<HttpOptions>>();
    let address = address.to_canonical();
    options.is_some_and(|options| options.trusted_proxies.iter().any(|proxies| proxies.contains(&address)))
}

/// The signed-in caller of a request that only reads.
pub struct Read {
    anyone: Anyone,
    caller: Authenticated,
    purpose: Option<String>,
}

impl Read {
    /// The database.
    pub fn store(&self) -> &Store {
        self.anyone.store()
    }

    /// Who knows callers.
    pub fn auth(&self) -> &Auth {
        self.anyone.auth()
    }

    /// The caller.
    pub fn scope(&self) -> &Scope {
        &self.caller.scope
    }

    /// The session whose token was sent. `person_required` for an API key, which has none.
    pub fn session(&self) -> Result<SessionId, Problem> {
        self.caller.session()
    }

    /// What the caller says it is for, in `X-Purpose`: it is written down beside what they read about people, and what they
    /// delete.
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
    }

    /// Opens the transaction.
    pub async fn begin(&self) -> Result<ReadTx, Refusal> {
        Ok(self.store().read(self.scope()).await?)
    }
}

impl FromRequest for Read {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = anyone(request).and_then(|anyone| Ok((anyone, cookies::token(request)?)));
        let request = request.clone();
        Box::pin(async move {
            let from = client(&request);
            let stranger = |problem| match limits(&request).and_then(|limits| limits.stranger(&request, &from)) {
                Ok(()) => problem,
                Err(too_many) => too_many,
            };
            let (anyone, token) = parts.map_err(stranger)?;
            let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
            let caller = anyone.auth.authenticate(&token, client, request_id).await.map_err(stranger)?;
            let mut caller = Self { anyone, caller, purpose: None };
            let name = caller.caller.session_id.map(SessionId::as_uuid).or(caller.scope().actor.id());
            limits(&request)?.caller(&request, caller.scope().organization, name.unwrap_or_default())?;
            caller.purpose = purpose(&request)?;
            if is_for_people(request.path()) {
                caller.session()?;
                if caller.scope().actor.on_behalf_of().is_some() && !is_for_acting(&request) {
                    return Err(Problem::of(AuthProblem::NotWhileActing).into());
                }
            }
            if caller.caller.must_enrol && !is_for_enrolling(request.path()) {
                return Err(Problem::of(AuthProblem::MfaEnrolmentRequired).into());
            }
            Ok(caller)
        })
    }
}

/// The longest purpose.
const MAX_PURPOSE: usize = 200;

fn purpose(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(purpose) = request.headers().get("x-purpose") else {
        return Ok(None);
    };
    let unreadable = || Problem::invalid("/X-Purpose", "invalid_purpose", "must be UTF-8");
    let purpose = std::str::from_utf8(purpose.as_bytes()).map_err(|_| unreadable())?;
    text::line("/X-Purpose", purpose, MAX_PURPOSE).map(Some)
}

/// What an administrator who acts for somebody may still ask, and the way out.
fn is_for_acting(request: &HttpRequest) -> bool {
    let path = request.path();
    let looks = request.method().is_safe() && (path == "/v1/me" || path.starts_with("/v1/me/"));
    looks || path == "/v1/auth/logout"
}

/// What somebody needs who has to set up their second factor, and the way out.
fn is_for_enrolling(path: &str) -> bool {
    ["/v1/me", "/v1/auth/mfa", "/v1/auth/logout"].contains(&path) || path.starts_with("/v1/auth/mfa/")
}

/// Whoever sends a request, signed in or not. A token that is sent must be valid all the same.
pub struct Visitor {
    anyone: Anyone,
    caller: Option<Authenticated>,
}

impl Visitor {
    /// Who is signed in.
    pub fn caller(&self) -> Option<&Authenticated> {
        self.caller.as_ref()
    }
}

impl std::ops::Deref for Visitor {
    type Target = Anyone;

    fn deref(&self) -> &Anyone {
        &self.anyone
    }
}

impl FromRequest for Visitor {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if cookies::has_token(request) {
            let read = Read::from_request(request, payload);
            return Box::pin(async move {
                let Read { anyone, caller, .. } = read.await?;
                Ok(Self { anyone, caller: Some(caller) })
            });
        }
        let anyone = Anyone::from_request(request, payload);
        Box::pin(async move { Ok(Self { anyone: anyone.await?, caller: None }) })
    }
}

/// What is the caller's own, such as sessions, passwords, memberships and notifications, is no program's.
fn is_for_people(path: &str) -> bool {
    ["/v1/me", "/v1/organizations", "/v1/notifications"].contains(&path)
        || ["/v1/me/", "/v1/auth/", "/v1/notifications/"].iter().any(|below| path.starts_with(below))
}

/// RFC 6750, section 2.1.
pub fn bearer(request: &HttpRequest) -> Result<String, Problem> {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|value| value.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned()));
    token.ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))
}

/// The signed-in caller of a request that writes.
pub struct Write {
    read: Read,
    method: String,
    path: String,
    idempotency_key: Option<String>,
    if_match: Option<Expected>,
}

impl std::ops::Deref for Write {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.read
    }
}

/// The longest idempotency key.
const MAX_KEY: usize = 255;

impl Write {
    /// Opens the transaction, and claims the request's idempotency key in it. A request that was answered before ends here
    /// with that answer.
    pub async fn begin(&self, body: &impl Hashed) -> Result<WriteTx, Refusal> {
        let tx = self.store().write(self.scope()).await?;
        self.claim(tx, body).await
    }

    /// As [`Write::begin`], also when the organization is suspended: for changes of its status, and for nothing else.
    pub async fn begin_while_suspended(&self, body: &impl Hashed) -> Result<WriteTx, Refusal> {
        let tx = self.store().write_while_suspended(self.scope()).await?;
        self.claim(tx, body).await
    }

    /// As [`Write::begin`], in an organization that the caller is about to found. `forbidden` for a caller who is no person.
    pub async fn begin_founding(&self, body: &impl Hashed) -> Result<WriteTx, Refusal> {
        let founder = self.scope().actor.in_person().ok_or_else(|| Problem::of(CommonProblem::Forbidden))?;
        // The answer is kept in the transaction of its effect, so a retry has to find the organization of the first attempt.
        let organization = match &self.idempotency_key {
            Some(key) => founded_with(founder, key),
            None => OrganizationId::generate(),
        };
        // Whoever founds an organization may do everything in it.
        let owner = Scope { organization, permissions: PermissionSet::all(), ..self.scope().clone() };
        let tx = self.store().write(&owner).await?;
        self.claim(tx, body).await
    }

    async fn claim(&self, tx: WriteTx, body: &impl Hashed) -> Result<WriteTx, Refusal> {
        tx.because(self.purpose());
        let Some(key) = self.idempotency_key.clone() else {
            return Ok(tx);
        };
        let (method, path) = (self.method.clone(), self.path.clone());
        match tx.claim_key(KeyedRequest { method, path, key, body_hash: body.hash().to_vec() }).await? {
            KeyClaim::New => Ok(tx),
            KeyClaim::Replay(answer) => Err(Refusal::Replay(answer)),
        }
    }

    /// Keeps the answer for the idempotency key, commits, and answers.
    pub async fn commit(&self, tx: WriteTx, reply: Reply) -> Result<HttpResponse, Refusal> {
        tx.keep_answer(reply.answer()).await?;
        tx.commit().await?;
        Ok(reply.into_response())
    }

    /// The versions in `If-Match`. `precondition_required` when it is missing.
    pub fn if_match(&self) -> Result<Expected, Problem> {
        required(self.if_match.as_ref())
    }

    /// The versions in `If-Match`; any when it is missing.
    pub fn if_match_optional(&self) -> Expected {
        self.if_match.clone().unwrap_or(Expected::Any)
    }
}

/// The versions that were sent. `precondition_required` when there are none.
pub fn required(if_match: Option<&Expected>) -> Result<Expected, Problem> {
    if_match
        .cloned()
        .ok_or_else(|| Problem::of(CommonProblem::PreconditionRequired).detail("Send the resource's ETag as If-Match."))
}

/// The id of the organization that the person founds with this key: a UUIDv8 (RFC 9562, section 5.8) of both.
fn founded_with(founder: UserId, key: &str) -> OrganizationId {
    let digest: [u8; 32] = Sha256::digest(format!("purser/v1/organization/{founder}/{key}")).into();
    let (bytes, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
    Id::from_uuid(Builder::from_custom_bytes(*bytes).into_uuid())
}

/// What is no version of ours, such as a weak tag, matches nothing (RFC 9110, section 13.1.1).
pub fn if_match(request: &HttpRequest) -> Option<Expected> {
    request.headers().contains_key(header::IF_MATCH).then(|| match header::IfMatch::parse(request) {
        Ok(header::IfMatch::Any) => Expected::Any,
        Ok(header::IfMatch::Items(tags)) => {
            let strong = tags.iter().filter(|tag| !tag.weak);
            Expected::OneOf(strong.filter_map(|tag| tag.tag().parse().ok()).collect())
        }
        Err(_) => Expected::OneOf(Vec::new()),
    })
}

impl FromRequest for Write {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = request.headers().get("idempotency-key").map(|key| check_key(key.to_str().ok())).transpose();
        let if_match = if_match(request);
        let (method, path) = (request.method().to_string(), request.path().to_owned());
        let read = Read::from_request(request, payload);
        Box::pin(async move {
            let idempotency_key = key?;
            Ok(Self { read: read.await?, method, path, idempotency_key, if_match })
        })
    }
}

fn check_key(key: Option<&str>) -> Result<String, Problem> {
    let visible = |key: &&str| (1..=MAX_KEY).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic());
    key.filter(visible).map(str::to_owned).ok_or_else(|| {
        let message = format!("must be 1 to {MAX_KEY} visible ASCII characters");
        Problem::invalid("/Idempotency-Key", "invalid_idempotency_key", message)
    })
}
