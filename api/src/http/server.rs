//! The server: every route, the conventions around them, and how it ends.
use super::{
    nowhere::{self, Paths},
    openapi, routes,
};
use crate::wiring::Services;
use actix_web::{
    App, HttpServer,
    dev::ServerHandle,
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig},
};
use purser_http::{
    cors,
    limits::{RateLimits, show_limits},
    observe::observe,
    options::HttpOptions,
    routes::serve,
    security,
};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio_util::sync::CancellationToken;

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
        let paths = Data::new(Paths::of(routes::all));
        let limits = Data::new(RateLimits::new(options.limits));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(paths.clone())
                .app_data(limits.clone())
                .app_data(PayloadConfig::new(data.max_body_bytes))
                .configure(|config| serve(routes::all, config))
                .configure(|config| services.share(config))
                .configure(openapi::serve)
                .default_service(web::to(nowhere::answer))
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
