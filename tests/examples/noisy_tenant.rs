//! What one organization that asks without end costs another:
//!
//! ```sh
//! cargo run --release -p purser-tests --example noisy_tenant              # SQLite
//! cargo run --release -p purser-tests --example noisy_tenant postgres
//! ```
//!
//! One asks for a product, sixteen times in a second; another lists a hundred products in 32 requests at once, as long as it
//! takes. Printed is how long the first one's answers take with nobody else there and beside the other: as an installation is by
//! default, after the other has used up what it may ask for in a minute, and without any limits. Server and clients share one process.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program that prints what it measures"
)]
use purser_api::Config;
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use serde_json::json;
use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const ROUNDS: usize = 5;
const REQUESTS: usize = 100;
/// So that the quiet one stays within the limits.
const PAUSE: Duration = Duration::from_millis(60);
const AT_ONCE: usize = 32;
const PRODUCTS: usize = 100;

#[tokio::main]
async fn main() {
    let engine = match env::args().nth(1).as_deref() {
        Some("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    println!("{engine:?}");
    for limited in [true, false] {
        let change = |config: &mut Config| {
            (config.workers, config.http_threads) = (0, 2);
            if limited {
                config.limits = Config::default().limits;
            }
        };
        let Some(app) = TestApp::start_with(engine, change).await else { return };
        contest(&app, limited).await;
    }
}

async fn contest(app: &TestApp, limited: bool) {
    let (quiet, noisy) = (app.tenant("Quiet").await, app.tenant("Noisy").await);
    let path = format!("/v1/products/{}", product(&quiet, 0).await);
    for number in 0..PRODUCTS {
        product(&noisy, number).await;
    }
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let answers = Arc::new(Answers::default());
    for _ in 0..ROUNDS {
        alone.extend(ask(&quiet, &path).await);
        let flood: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(flood(noisy.clone(), answers.clone()))).collect();
        while limited && answers.refused.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(PAUSE).await;
        }
        beside.extend(ask(&quiet, &path).await);
        flood.iter().for_each(tokio::task::JoinHandle::abort);
        futures_util::future::join_all(flood).await;
    }
    let limits = if limited { "the limits by default" } else { "no limits" };
    println!("{limits}: {} alone, {} beside the other", quantiles(alone), quantiles(beside));
    println!("  of the other's requests {:?} were taken, {:?} refused", answers.taken, answers.refused);
}

/// What became of the other's requests.
#[derive(Default)]
struct Answers {
    taken: AtomicU32,
    refused: AtomicU32,
}

async fn product(owner: &Tenant, number: usize) -> String {
    let product = json!({
        "sku": format!("MILK-{number}"), "name": "Whole milk", "unit": "litre", "base_price": "1.19", "currency": "EUR",
    });
    owner.create("/v1/products", &product).await["id"].as_str().unwrap().to_owned()
}

async fn ask(owner: &Tenant, path: &str) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let watch = Stopwatch::start();
        owner.get(path).await.expect(200);
        times.push(watch.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    times
}

async fn flood(owner: Tenant, answers: Arc<Answers>) {
    loop {
        let status = owner.get("/v1/products?limit=100").await.status;
        let count = if status == 200 { &answers.taken } else { &answers.refused };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("p50 {:.1?}, p99 {:.1?}", times[times.len() / 2], times[times.len() * 99 / 100])
}
