//! What authentication costs, and what signing in costs everybody else:
//!
//! ```sh
//! cargo run --release -p purser-tests --example auth_speed              # SQLite
//! cargo run --release -p purser-tests --example auth_speed postgres
//! ```
//!
//! The first figure is the time that `Auth::authenticate` takes, beside the whole request (`GET /v1/products/{id}`, over HTTP, one
//! at a time) that begins with it. Then 200 people sign in at once, first with nobody else there, then while somebody goes on asking: how
//! many get in in a second, beside the hashes that argon2 makes in as many threads under the same conditions, how long the
//! other's answers take meanwhile, and what memory that took (`VmHWM`; left out on systems without `/proc`). Server, clients and
//! argon2 share one process.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program that prints what it measures"
)]
use argon2::{Algorithm, Argon2, Block, Params, Version};
use purser_auth::AuthOptions;
use purser_kernel::{Client, clock::Stopwatch};
use purser_tests::{
    app::{PASSWORD, Tenant, TestApp},
    database::Engine,
};
use serde_json::json;
use std::{env, fs, thread, time::Duration};

const ROUNDS: usize = 7;
const REQUESTS: u32 = 1_000;
const PEOPLE: usize = 200;
const CROWDS: usize = 5;

#[tokio::main]
async fn main() {
    let engine = match env::args().nth(1).as_deref() {
        Some("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    let change = |config: &mut purser_api::Config| {
        let AuthOptions { argon2_memory_kib, argon2_iterations, .. } = AuthOptions::default();
        (config.argon2_memory_kib, config.argon2_iterations) = (argon2_memory_kib, argon2_iterations);
        (config.workers, config.http_threads, config.database_max_connections) = (0, 2, 10);
    };
    let Some(app) = TestApp::start_with(engine, change).await else { return };
    println!("{engine:?}");
    let owner = app.tenant("Measured").await;
    let product = owner
        .create(
            "/v1/products",
            &json!({ "sku": "MILK-1L", "name": "Milk", "unit": "litre", "base_price": "1.19", "currency": "EUR" }),
        )
        .await;
    let path = format!("/v1/products/{}", product["id"].as_str().unwrap());
    share(&app, &owner, &path).await;
    crowd(&app, &owner, &path).await;
}

/// How much of a request is spent on finding out whose it is.
async fn share(app: &TestApp, owner: &Tenant, path: &str) {
    let auth = &app.app().services().auth;
    let mut shares = Vec::new();
    for _ in 0..ROUNDS {
        let watch = Stopwatch::start();
        for _ in 0..REQUESTS {
            owner.get(path).await.expect(200);
        }
        let whole = watch.elapsed() / REQUESTS;
        let watch = Stopwatch::start();
        for _ in 0..REQUESTS {
            auth.authenticate(&owner.access_token, Client::default(), "measured".to_owned()).await.unwrap();
        }
        shares.push((watch.elapsed() / REQUESTS, whole));
    }
    shares.sort_by_key(|(own, _)| *own);
    let (own, whole) = shares[ROUNDS / 2];
    let percent = own.as_secs_f64() / (whole.as_secs_f64() - own.as_secs_f64()) * 100.0;
    println!("authentication: {own:?} of a request of {whole:?}: {percent:.1} % over what it would take without");
}

/// Two hundred at once, alone and with one beside them, each next to argon2 in the same company.
async fn crowd(app: &TestApp, owner: &Tenant, path: &str) {
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        people.push(app.tenant("Somebody").await.email);
    }
    let mut alone = Vec::new();
    for _ in 0..REQUESTS {
        alone.push(timed(owner, path).await);
    }
    let before = peak();
    let mut rates = [const { Vec::new() }; 4];
    let mut beside = Vec::new();
    // Alternating, so that what the machine does otherwise is in all of them.
    for _ in 0..CROWDS {
        rates[0].push(sign_in_all(app, &people).await);
        rates[1].push(argon2_alone());
        let (rate, answers) = while_somebody_asks(owner, path, sign_in_all(app, &people)).await;
        rates[2].push(rate);
        beside.extend(answers);
        let hashes = async { tokio::task::spawn_blocking(argon2_alone).await.unwrap() };
        rates[3].push(while_somebody_asks(owner, path, hashes).await.0);
    }
    let after = peak();
    let [in_alone, argon2, in_beside, argon2_beside] = rates.map(median);
    for (company, people, hashes) in [("alone", in_alone, argon2), ("somebody asks", in_beside, argon2_beside)] {
        let share = people / hashes * 100.0;
        println!(
            "{company}: {people:.1} of {PEOPLE} get in in a second, argon2 makes {hashes:.1} hashes: {share:.0} %"
        );
    }
    println!("somebody else's answer: {} alone, {} meanwhile", quantiles(alone), quantiles(beside));
    if let (Some(before), Some(after)) = (before, after) {
        println!("peak memory: {before} MiB before, {after} MiB after");
    }
}

/// How many get in in a second.
async fn sign_in_all(app: &TestApp, people: &[String]) -> f64 {
    let watch = Stopwatch::start();
    let crowd = people.iter().map(|email| {
        let request = app.request("POST", "/v1/auth/login").json(&json!({ "email": email, "password": PASSWORD }));
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    for person in crowd.collect::<Vec<_>>() {
        assert_eq!(person.await.unwrap(), 200, "all of them get in");
    }
    f64::from(u32::try_from(people.len()).unwrap()) / watch.elapsed().as_secs_f64()
}

/// What came of `work`, and how long somebody's answers took meanwhile, who asks for one after the other.
async fn while_somebody_asks<T>(owner: &Tenant, path: &str, work: impl Future<Output = T>) -> (T, Vec<Duration>) {
    let mut answers = Vec::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return (done, answers),
            took = timed(owner, path) => answers.push(took),
        }
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

async fn timed(owner: &Tenant, path: &str) -> Duration {
    let watch = Stopwatch::start();
    owner.get(path).await.expect(200);
    watch.elapsed()
}

/// Hashes in a second, in as many threads as the server hashes in, each in memory that it keeps.
fn argon2_alone() -> f64 {
    const EACH: u32 = 20;
    let AuthOptions { argon2_memory_kib, argon2_iterations, max_concurrent_hashes: threads, .. } =
        AuthOptions::default();
    let watch = Stopwatch::start();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let params = Params::new(argon2_memory_kib, argon2_iterations, 1, None).unwrap();
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let mut memory = vec![Block::new(); argon2.params().block_count()];
                for _ in 0..EACH {
                    let mut hash = [0; 32];
                    argon2
                        .hash_password_into_with_memory(PASSWORD.as_bytes(), &[7; 16], &mut hash, &mut memory)
                        .unwrap();
                }
            });
        }
    });
    f64::from(EACH) * f64::from(u32::try_from(threads).unwrap()) / watch.elapsed().as_secs_f64()
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("p50 {:.1?}, p99 {:.1?}", times[times.len() / 2], times[times.len() * 99 / 100])
}

/// The most memory that this process has had.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}
