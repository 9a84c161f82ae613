//! The server: every route, the conventions around them, and how it ends.
use super::{health, openapi};
use crate::wiring::Services;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, ResponseError,
    dev::ServerHandle,
    http::header::{self, HeaderValue},
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig},
};
use purser_http::{
    cors,
    limits::{RateLimits, show_limits},
    observe::observe,
    options::HttpOptions,
    problem::Refusal,
    security,
};
use purser_kernel::{CommonProblem, Problem};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::AppExt;

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
        leave_who_takes_nothing(&listener, options.send_timeout);
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
        let data = Data::new(options.clone());
        let document = Data::new(openapi::Document::new());
        let limits = Data::new(RateLimits::new(options.limits));
        let server = HttpServer::new(move || {
            let (app, _) = App::new()
                .into_utoipa_app()
                .app_data(data.clone())
                .app_data(document.clone())
                .app_data(limits.clone())
                .app_data(PayloadConfig::new(data.max_body_bytes))
                .configure(routes)
                .split_for_parts();
            app.configure(|config| services.share(config))
                .configure(openapi::serve)
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

/// Ends connections whose clients take nothing of what they are sent, or are gone without a word, after so long. While there is no room
/// to write, actix-web looks after nothing: the system does, as the listener hands it down (tcp(7), `TCP_USER_TIMEOUT`). Where it cannot,
/// they last as long as the system has it.
fn leave_who_takes_nothing(listener: &TcpListener, after: Duration) {
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(listener).set_tcp_user_timeout(Some(after)) {
        tracing::warn!(%error, "clients that take nothing are not left");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (listener, after);
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
        .configure(purser_http_ordering::routes)
        .configure(purser_http_messaging::routes)
        .configure(purser_http_media::routes)
        .configure(purser_http_integrations::routes)
        .configure(health::routes)
        .configure(purser_http_auth::routes)
        .configure(purser_http_tenancy::routes)
        .configure(purser_http_approvals::routes)
        .configure(purser_http_agents::routes)
        .configure(purser_http_billing::routes)
        .configure(purser_http_compliance::routes)
        .configure(purser_http_platform::routes)
        .configure(purser_http_administration::routes);
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
