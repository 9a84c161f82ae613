//! Whether the time of an answer tells who has signed up or was invited: sign-in, forgotten passwords, sign-up by mail and wrong tokens of resets, 500 tries
//! each for somebody, for nobody, and for somebody who was disabled; the same for members by a directory, where there is a
//! `slapd`; signing in as an administrator, for one, for nobody, and for a person who is none; invitations, for wrong tokens of one that is
//! open, of none, and of one that was revoked. Prints medians, and how much they differ; fails where that is more than 5 %.
//!
//! ```sh
//! cargo run --release -p purser-tests --example enumeration            # SQLite
//! cargo run --release -p purser-tests --example enumeration postgres
//! cargo run --release -p purser-tests --example enumeration sqlite 8   # KiB for argon2: what is beside it
//! PURSER_SPEED_PATH=ldap cargo run --release -p purser-tests --example enumeration    # only paths with this in them
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
use purser_kernel::{OrganizationId, UserId, clock::Stopwatch, ids::InvitationId};
use purser_tests::{
    app::{Tenant, TestApp},
    database::{Engine, uuid_literal},
    slapd::{self, Slapd},
};
use serde_json::{Value, json};
use std::{env, time::Duration};

/// A password that nobody has.
const WRONG: &str = "wrong horse battery staple";
const TRIES: usize = 500;
/// Wrong passwords for one address that do not begin a pause.
const FREE: usize = 4;
const PEOPLE: [&str; 3] = ["somebody", "nobody", "disabled"];
const ADMINISTRATORS: [&str; 3] = ["one", "nobody", "a member"];
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
    let people = people(&app).await;
    let addresses = people.each_ref().map(|people| people.iter().map(|person| person.email.clone()).collect());
    let wrong = |email: &str| json!({ "email": email, "password": WRONG });
    measure(&app, "/v1/auth/login", 401, PEOPLE, &addresses, wrong).await;
    measure(&app, "/v1/auth/password/forgot", 202, PEOPLE, &addresses, |email| json!({ "email": email })).await;
    measure(&app, "/v1/auth/signup/request", 202, PEOPLE, &addresses, |email| json!({ "email": email })).await;
    let resets = people.map(|people| people.iter().map(|person| reset_token(&person.id)).collect());
    let reset = |token: &str| json!({ "token": token, "password": "a long and private sentence" });
    measure(&app, "/v1/auth/password/reset", 400, PEOPLE, &resets, reset).await;
    let administrators = administrators(&app).await;
    measure(&app, "/v1/platform/auth/login", 401, ADMINISTRATORS, &administrators, wrong).await;
    let tokens = tokens(&app).await;
    measure(&app, "/v1/invitations/preview", 404, INVITATIONS, &tokens, |token| json!({ "token": token })).await;
    let accept = |token: &str| json!({ "token": token, "password": "a long and private sentence" });
    measure(&app, "/v1/invitations/accept", 404, INVITATIONS, &tokens, accept).await;
    if let Some(slapd) = Slapd::start().await {
        let owner = app.tenant("By directory").await;
        let sql = format!(
            "update organizations set max_users = 1000 where id = {}",
            uuid_literal(engine, &owner.organization_id)
        );
        app.database.owner().await.execute(&sql).await.expect("a limit can be raised");
        let door = owner.create("/v1/integrations/ldap", &slapd.integration()).await["callback_path"].clone();
        let door = door.as_str().expect("a path");
        let names = directory(&app, &slapd, door).await;
        let wrong = |name: &str| json!({ "username": name, "password": WRONG });
        measure(&app, door, 401, PEOPLE, &names, wrong).await;
    }
}

/// Somebody who may have an account.
struct Person {
    id: String,
    email: String,
}

/// As many of each kind as are tried without a pause.
async fn people(app: &TestApp) -> [Vec<Person>; 3] {
    let mut people = [const { Vec::new() }; 3];
    for number in 0..TRIES.div_ceil(FREE) {
        let somebody = app.tenant("Somebody").await;
        people[0].push(Person { id: somebody.user_id, email: somebody.email });
        people[1].push(Person { id: UserId::generate().to_string(), email: format!("nobody{number}@example.com") });
        let Tenant { user_id, email, .. } = app.tenant("Disabled").await;
        disable(app, &user_id).await;
        people[2].push(Person { id: user_id, email });
    }
    people
}

async fn disable(app: &TestApp, user: &str) {
    let sql = format!("update users set is_active = false where id = {}", uuid_literal(app.database.engine, user));
    app.database.owner().await.execute(&sql).await.expect("a person can be disabled");
}

/// A token for somebody's new password, with a wrong secret.
fn reset_token(user: &str) -> String {
    let [user, token] = [user, &UserId::generate().to_string()].map(bytes);
    URL_SAFE_NO_PAD.encode([[1].as_slice(), &user, &token, &[7; 32]].concat())
}

fn bytes(id: &str) -> [u8; 16] {
    id.parse::<uuid::Uuid>().expect("an id").into_bytes()
}

/// Addresses as administrators have them.
async fn administrators(app: &TestApp) -> [Vec<String>; 3] {
    let mut addresses = [const { Vec::new() }; 3];
    for number in 0..TRIES.div_ceil(FREE) {
        addresses[0].push(app.administrator().await.person.email);
        addresses[1].push(format!("nobody.either{number}@example.com"));
        addresses[2].push(app.tenant("Somebody").await.email);
    }
    addresses
}

/// Names in the directory of those who were here before, one whom it has not, and those who were disabled since.
async fn directory(app: &TestApp, slapd: &Slapd, door: &str) -> [Vec<String>; 3] {
    let mut names = [const { Vec::new() }; 3];
    for number in 0..TRIES.div_ceil(FREE) {
        for (kind, name) in [(0, format!("member{number}")), (2, format!("former{number}"))] {
            slapd.person(&name, &format!("{name}@example.com")).await;
            let body = json!({ "username": name, "password": slapd::PASSWORD });
            let person = app.anonymous("POST", door, Some(&body)).await.expect(200).json();
            if kind == 2 {
                disable(app, person["user"]["id"].as_str().expect("an id")).await;
            }
            names[kind].push(name);
        }
        names[1].push(format!("stranger{number}"));
    }
    names
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
        let ids = [organization, invitation].map(bytes);
        URL_SAFE_NO_PAD.encode([[1].as_slice(), &ids[0], &ids[1], &[7; 32]].concat())
    };
    let none = token(&OrganizationId::generate().to_string(), &InvitationId::generate().to_string());
    let organization = &owner.organization_id;
    [vec![token(organization, &open)], vec![none], vec![token(organization, &revoked)]]
}

async fn measure(
    app: &TestApp,
    path: &str,
    status: u16,
    kinds: [&str; 3],
    tried: &[Vec<String>; 3],
    body: impl Fn(&str) -> Value,
) {
    if env::var("PURSER_SPEED_PATH").is_ok_and(|part| !path.contains(&part)) {
        return;
    }
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
