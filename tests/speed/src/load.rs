//! The load: a fixed number of connections that ask again as soon as they were answered.
use crate::{Outcome, figures::Turn};
use http_body_util::{BodyExt, Empty};
use hyper::{Method, Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use purser_kernel::clock::Stopwatch;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpStream, task::JoinSet};

/// What the `n`th request asks for.
pub(crate) type Ask = Arc<dyn Fn(u64) -> (Method, String) + Send + Sync>;

/// A server and what it is asked.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) ask: Ask,
    /// Which request is next; shared where each may be asked once.
    pub(crate) next: Arc<AtomicU64>,
}

type Latencies = Result<Vec<Duration>, String>;

/// Asks for as long as `turn`.
pub(crate) async fn run(target: &Target, connections: usize, turn: Duration) -> Outcome<Turn> {
    let watch = Stopwatch::start();
    let mut running = JoinSet::new();
    for _ in 0..connections {
        running.spawn(ask(target.clone(), watch, turn));
    }
    let mut latencies = Vec::new();
    while let Some(part) = running.join_next().await {
        latencies.extend(part??);
    }
    let count = f64::from(u32::try_from(latencies.len())?);
    Ok(Turn::of(latencies, count / watch.elapsed().as_secs_f64()))
}

async fn ask(target: Target, watch: Stopwatch, turn: Duration) -> Latencies {
    let stream = TcpStream::connect(target.address).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let (host, token) = (target.address.to_string(), format!("Bearer {}", target.token));
    let mut latencies = Vec::new();
    while watch.elapsed() < turn {
        let (method, path) = (target.ask)(target.next.fetch_add(1, Ordering::Relaxed));
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header(header::HOST, &host)
            .header(header::AUTHORIZATION, &token)
            .body(Empty::<Bytes>::new())
            .map_err(|error| error.to_string())?;
        let began = Stopwatch::start();
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        latencies.push(began.elapsed());
        if !status.is_success() {
            return Err(format!("{status} for {path}: {}", String::from_utf8_lossy(&body)));
        }
    }
    Ok(latencies)
}
