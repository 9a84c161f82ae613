//! Whether the time of an answer tells who has signed up: sign-in and forgotten passwords, 500 tries each for addresses that
//! somebody has, that nobody has, and whose owner was disabled. Prints medians, and how much they differ.
//!
//! ```sh
//! cargo run --release -p purser-tests --example enumeration            # SQLite
//! cargo run --release -p purser-tests --example enumeration postgres
//! cargo run --release -p purser-tests --example enumeration sqlite 8   # KiB for argon2: what is beside it
//! ```
//!
//! Only on a machine with nothing else to do does it say anything. What is in between counts as the server's: the client sends
//! one request at a time, in a random order of the three kinds.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program that prints what it measures"
)]
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::TestApp,
    database::{Engine, uuid_literal},
};
use serde_json::{Value, json};
use std::{env, time::Duration};

const TRIES: usize = 500;
/// Wrong passwords for one address that do not begin a pause.
const FREE: usize = 4;
const KINDS: [&str; 3] = ["somebody", "nobody", "disabled"];

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let engine = match arguments.next().as_deref() {
        Some("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    let memory = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(19_456);
    let change = |config: &mut purser_api::Config| {
        (config.argon2_memory_kib, config.argon2_iterations, config.workers) = (memory, 2, 0);
    };
    let Some(app) = TestApp::start_with(engine, change).await else { return };
    println!("{engine:?}, argon2 with {memory} KiB, {TRIES} tries of each kind");
    let addresses = addresses(&app, engine).await;
    let wrong = |email: &str| json!({ "email": email, "password": "wrong horse battery staple" });
    measure(&app, "sign in", "/v1/auth/login", 401, &addresses, wrong).await;
    measure(&app, "forgot", "/v1/auth/password/forgot", 202, &addresses, |email| json!({ "email": email })).await;
}

/// As many addresses of each kind as are tried without a pause.
async fn addresses(app: &TestApp, engine: Engine) -> [Vec<String>; 3] {
    let mut addresses = [const { Vec::new() }; 3];
    for number in 0..TRIES.div_ceil(FREE) {
        addresses[0].push(app.tenant("Somebody").await.email);
        addresses[1].push(format!("nobody{number}@example.com"));
        let disabled = app.tenant("Disabled").await;
        let id = uuid_literal(engine, &disabled.user_id);
        let sql = format!("update users set is_active = false where id = {id}");
        app.database.owner().await.execute(&sql).await.expect("a person can be disabled");
        addresses[2].push(disabled.email);
    }
    addresses
}

async fn measure(
    app: &TestApp,
    what: &str,
    path: &str,
    status: u16,
    addresses: &[Vec<String>; 3],
    body: impl Fn(&str) -> Value,
) {
    let mut order: Vec<(usize, usize)> = (0..3 * TRIES).map(|number| (number % 3, number / 3)).collect();
    fastrand::Rng::with_seed(7).shuffle(&mut order);
    let mut times = [const { Vec::<Duration>::new() }; 3];
    for (kind, number) in order {
        let body = body(&addresses[kind][number % addresses[kind].len()]);
        let watch = Stopwatch::start();
        let answer = app.anonymous("POST", path, Some(&body)).await;
        times[kind].push(watch.elapsed());
        answer.expect(status);
    }
    let medians = times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1000.0
    });
    for (kind, median) in KINDS.iter().zip(medians) {
        println!("{what:8} {kind:9} {median:8.3} ms  {:+6.1} % of somebody's", (median / medians[0] - 1.0) * 100.0);
    }
}
