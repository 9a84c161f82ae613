//! The server: every route, the conventions around them, and how it ends.
use super::{
    administration, agents, approvals, auth, billing, cors, health, integrations,
    limits::{LimitOptions, RateLimits, show_limits},
    media, messaging,
    observe::observe,
    openapi, ordering, platform,
    problem::Refusal,
    security, tenancy,
};
use crate::wiring::Services;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, ResponseError,
    dev::ServerHandle,
    http::header::{self, HeaderValue},
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig},
};
use ipnet::IpNet;
use purser_kernel::{CommonProblem, Problem};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::AppExt;

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The address it listens on; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Threads that serve.
    pub threads: usize,
    /// The largest JSON body.
    pub max_body_bytes: usize,
    /// The largest file of an import.
    pub max_import_bytes: u64,
    /// Proxies whose word on the client's address counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may read answers.
    pub cors_allowed_origins: Vec<String>,
    /// Whether browsers may keep their tokens in cookies.
    pub cookies: bool,
    /// Whether browsers are told to come over TLS only.
    pub hsts: bool,
    /// How many requests are taken.
    pub limits: LimitOptions,
    /// How long accepted requests have to be answered after the server was told to stop.
    pub shutdown_timeout: Duration,
}

/// A server that listens and does not serve yet.
pub struct Server {
    address: SocketAddr,
    listener: TcpListener,
    options: HttpOptions,
    services: Arc<Services>,
}

impl Server {
    /// Takes the address.
    pub fn bind(options: HttpOptions, services: Arc<Services>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(options.listen)?;
        Ok(Self { address: listener.local_addr()?, listener, options, services })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is cancelled, then answers what was accepted.
    pub async fn run(self, stop: CancellationToken) -> std::io::Result<()> {
        let Self { listener, options, services, .. } = self;
        let shutdown = options.shutdown_timeout.as_secs();
        let (services, data) = (Data::from(services), Data::new(options.clone()));
        let document = Data::new(openapi::Document::new());
        let limits = Data::new(RateLimits::new(options.limits));
        let server = HttpServer::new(move || {
            let (app, _) = App::new()
                .into_utoipa_app()
                .app_data(services.clone())
                .app_data(data.clone())
                .app_data(document.clone())
                .app_data(limits.clone())
                .app_data(PayloadConfig::new(data.max_body_bytes))
                .configure(routes)
                .split_for_parts();
            app.configure(openapi::serve)
                .default_service(web::to(nothing_here))
                .wrap(Compress::default())
                .wrap(from_fn(show_limits))
                .wrap(from_fn(cors::share))
                .wrap(from_fn(security::secure))
                .wrap(from_fn(observe))
        })
        .workers(options.threads)
        .shutdown_timeout(shutdown)
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        let ended = tokio::spawn(stop_gracefully(handle, stop));
        let result = server.await;
        ended.abort();
        result
    }
}

async fn stop_gracefully(handle: ServerHandle, stop: CancellationToken) {
    stop.cancelled().await;
    handle.stop(true).await;
}

/// Every route. The OpenAPI document is made from the same list, so that no route can be left out of it.
///
/// actix-web tries the patterns one after the other: what is asked for most stands first.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .configure(ordering::routes)
        .configure(messaging::routes)
        .configure(media::routes)
        .configure(integrations::routes)
        .configure(health::routes)
        .configure(auth::routes)
        .configure(tenancy::routes)
        .configure(approvals::routes)
        .configure(agents::routes)
        .configure(billing::routes)
        .configure(platform::routes)
        .configure(administration::routes);
}

/// 405 with the methods there are when the path exists, else 404.
async fn nothing_here(request: HttpRequest, document: Data<openapi::Document>) -> Result<HttpResponse, Refusal> {
    let methods = document.methods(request.path());
    if methods.is_empty() {
        return Err(Problem::not_found("route").into());
    }
    let refusal = Refusal::from(Problem::of(CommonProblem::MethodNotAllowed));
    let mut response = refusal.error_response();
    // RFC 9110, section 15.5.6.
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    Ok(response)
}
