//! Metrics in Prometheus' text format, on a listener of their own that nobody outside should reach.
mod jobs;

pub use jobs::Queue;

use crate::Failure;
use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, Data},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// The process's recorder: there can be only one, however many servers a process has.
static RECORDER: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Upper bounds of what is measured in seconds: from an answer out of memory to one that nobody waits for.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// How often what was measured is folded into the buckets, so that it does not pile up when nobody reads.
const UPKEEP: Duration = Duration::from_secs(5);

fn recorder() -> Result<PrometheusHandle, Failure> {
    let mut recorder = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*recorder {
        return Ok(handle.clone());
    }
    let failed = |error| Failure::new("Metrics cannot be recorded").because(error);
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS).map_err(failed)?;
    let handle = builder.install_recorder().map_err(failed)?;
    *recorder = Some(handle.clone());
    Ok(handle)
}

/// A listener that metrics are read from.
pub struct MetricsServer {
    address: SocketAddr,
    listener: TcpListener,
    recorder: PrometheusHandle,
}

impl MetricsServer {
    /// Takes the address, and begins to record.
    pub fn bind(address: SocketAddr) -> Result<Self, Failure> {
        let taken = |error| {
            Failure::new(format!("Metrics cannot be served at {address}"))
                .because(error)
                .advise("Name another address with PURSER_METRICS_LISTEN, or turn metrics off by leaving it empty.")
        };
        let listener = TcpListener::bind(address).map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        Ok(Self { address, listener, recorder: recorder()? })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is cancelled, with what `queue` has at that time.
    pub async fn run(self, queue: Queue, stop: CancellationToken) -> io::Result<()> {
        let data = Data::new(Shown { recorder: self.recorder.clone(), queue: Arc::new(queue) });
        let server =
            HttpServer::new(move || App::new().app_data(data.clone()).route("/metrics", web::get().to(render)))
                .workers(1)
                .disable_signals()
                .listen(self.listener)?
                .run();
        let handle = server.handle();
        tokio::pin!(server);
        let upkeep = async {
            loop {
                tokio::time::sleep(UPKEEP).await;
                self.recorder.run_upkeep();
            }
        };
        tokio::select! {
            ended = &mut server => return ended,
            () = stop.cancelled() => {}
            () = upkeep => {}
        }
        // A reader comes again: there is nobody whose answer is worth waiting for.
        let (ended, ()) = tokio::join!(server, handle.stop(false));
        ended
    }
}

/// What is shown.
struct Shown {
    recorder: PrometheusHandle,
    queue: Arc<Queue>,
}

/// One reader at a time: servers that share a recorder may be over different databases, and each shows its own.
static READING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The version is that of the format: Prometheus, "Exposition formats".
async fn render(shown: Data<Shown>) -> HttpResponse {
    let reading = READING.lock().await;
    shown.queue.look().await;
    let text = shown.recorder.render();
    drop(reading);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}
