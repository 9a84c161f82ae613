//! Whether the time of an answer tells who has signed up or was invited: sign-in and forgotten passwords, 500 tries each for
//! addresses that somebody has, that nobody has, and whose owner was disabled; invitations, as many for wrong tokens of one that is
//! open, of none, and of one that was revoked. Prints medians, and how much they differ; fails where that is more than 5 %.
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
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use purser_auth::AuthOptions;
use purser_kernel::{OrganizationId, clock::Stopwatch, ids::InvitationId};
use purser_tests::{
    app::TestApp,
    database::{Engine, uuid_literal},
};
use serde_json::{Value, json};
use std::{env, time::Duration};

const TRIES: usize = 500;
/// Wrong passwords for one address that do not begin a pause.
const FREE: usize = 4;
const PEOPLE: [&str; 3] = ["somebody", "nobody", "disabled"];
const INVITATIONS: [&str; 3] = ["open", "none", "revoked"];

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let engine = match arguments.next().as_deref() {
        Some("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    let AuthOptions { argon2_memory_kib, argon2_iterations, .. } = AuthOptions::default();
    let memory = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(argon2_memory_kib);
    let change = |config: &mut purser_api::Config| {
        (config.argon2_memory_kib, config.argon2_iterations, config.workers) = (memory, argon2_iterations, 0);
    };
    let Some(app) = TestApp::start_with(engine, change).await else { return };
    println!("{engine:?}, argon2 with {memory} KiB, {TRIES} tries of each kind");
    let addresses = addresses(&app, engine).await;
    let wrong = |email: &str| json!({ "email": email, "password": "wrong horse battery staple" });
    measure(&app, "/v1/auth/login", 401, PEOPLE, &addresses, wrong).await;
    measure(&app, "/v1/auth/password/forgot", 202, PEOPLE, &addresses, |email| json!({ "email": email })).await;
    let tokens = tokens(&app).await;
    measure(&app, "/v1/invitations/preview", 404, INVITATIONS, &tokens, |token| json!({ "token": token })).await;
    let accept = |token: &str| json!({ "token": token, "password": "a long and private sentence" });
    measure(&app, "/v1/invitations/accept", 404, INVITATIONS, &tokens, accept).await;
}

/// A token of each kind, all with the wrong secret.
async fn tokens(app: &TestApp) -> [Vec<String>; 3] {
    let owner = app.tenant("Inviting").await;
    let role = owner.create("/v1/roles", &json!({ "name": "Packer", "permissions": [] })).await;
    let invite = async |email: &str| {
        let invitation = owner.create("/v1/invitations", &json!({ "email": email, "role_id": role["id"] })).await;
        invitation["id"].as_str().expect("an id").to_owned()
    };
    let (open, revoked) = (invite("open@example.com").await, invite("revoked@example.com").await);
    owner.verb(&format!("/v1/invitations/{revoked}/revoke")).await;
    let token = |organization: &str, invitation: &str| {
        let ids = [organization, invitation].map(|id| id.parse::<uuid::Uuid>().expect("an id").into_bytes());
        URL_SAFE_NO_PAD.encode([[1].as_slice(), &ids[0], &ids[1], &[7; 32]].concat())
    };
    let none = token(&OrganizationId::generate().to_string(), &InvitationId::generate().to_string());
    let organization = &owner.organization_id;
    [vec![token(organization, &open)], vec![none], vec![token(organization, &revoked)]]
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
    path: &str,
    status: u16,
    kinds: [&str; 3],
    tried: &[Vec<String>; 3],
    body: impl Fn(&str) -> Value,
) {
    let mut order: Vec<(usize, usize)> = (0..3 * TRIES).map(|number| (number % 3, number / 3)).collect();
    fastrand::Rng::with_seed(7).shuffle(&mut order);
    let mut times = [const { Vec::<Duration>::new() }; 3];
    for (kind, number) in order {
        let body = body(&tried[kind][number % tried[kind].len()]);
        let watch = Stopwatch::start();
        let answer = app.anonymous("POST", path, Some(&body)).await;
        times[kind].push(watch.elapsed());
        answer.expect(status);
    }
    let medians = times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1000.0
    });
    for (kind, median) in kinds.iter().zip(medians) {
        let more = (median / medians[0] - 1.0) * 100.0;
        println!("{path:26} {kind:9} {median:8.3} ms  {more:+6.1} % of {}", kinds[0]);
        assert!(more.abs() <= 5.0, "{path} tells {kind} from {}", kinds[0]);
    }
}
