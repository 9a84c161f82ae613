//! Clients that go away in the midst of a request, before a server with one connection.
use fastrand::Rng;
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::Engine,
    whole,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const ROUNDS: u64 = 60;

/// When a client is gone.
#[derive(Clone, Copy)]
enum Gone {
    /// Before its request is whole.
    Before,
    /// When its answer is there, which it does not read.
    After,
    /// At a random moment.
    Sometime,
}

/// Sends the request, the whole of it or only the beginning, and is gone: politely, or as a machine that fell over.
async fn send_and_vanish(app: &TestApp, tenant: &Tenant, key: &str, body: &Value, gone: Gone, random: &mut Rng) {
    let body = body.to_string();
    let request = format!(
        "POST /v1/customers HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        tenant.access_token,
        body.len()
    );
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    let sent = match gone {
        Gone::Before => request.len() / 2,
        Gone::Sometime if random.u8(..8) == 0 => random.usize(..request.len()),
        Gone::After | Gone::Sometime => request.len(),
    };
    stream.write_all(&request.as_bytes()[..sent]).await.unwrap();
    match gone {
        Gone::Before => {}
        Gone::After => drop(stream.peek(&mut [0]).await.unwrap()),
        Gone::Sometime => tokio::time::sleep(Duration::from_micros(random.u64(..15_000))).await,
    }
    if random.bool() {
        stream.set_zero_linger().unwrap();
    }
}

/// The client's patience ends at a random moment.
async fn send_and_time_out(tenant: &Tenant, key: &str, body: &Value, random: &mut Rng) {
    let request = tenant.request("POST", "/v1/customers").header("Idempotency-Key", key).json(body);
    let patience = Duration::from_micros(random.u64(..15_000));
    request.timeout(patience).send().await.ok();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_next_request_is_served_and_nothing_is_lost_or_done_twice(#[case] engine: Engine) {
    let started =
        TestApp::start_with(engine, |config| (config.database_max_connections, config.workers) = (1, 0)).await;
    let Some(app) = started else { return };
    let tenant = app.tenant("Harbour Wholesale").await;
    let seed = fastrand::u64(..);
    println!("the seed is {seed}");
    let mut random = Rng::with_seed(seed);
    let mut had_effect = 0;

    for round in 0..ROUNDS {
        let (key, body) = (format!("gone-{round}"), json!({ "business_name": format!("Gone {round}") }));
        // One is gone too early and one too late, for certain: both halves of the promise are tried in each run.
        let gone = match round {
            0 => Gone::Before,
            1 => Gone::After,
            _ => Gone::Sometime,
        };
        if round > 1 && random.u8(..3) == 0 {
            send_and_time_out(&tenant, &key, &body, &mut random).await;
        } else {
            send_and_vanish(&app, &tenant, &key, &body, gone, &mut random).await;
        }
        let next = json!({ "business_name": format!("Next {round}") });
        let next = tenant.post("/v1/customers", &next).await.expect(201).json();
        let path = format!("/v1/customers/{}", next["id"].as_str().unwrap());
        tenant.get(&path).await.expect(200);
        whole::assert_none_stays_open(&app.database).await;
        // Who never heard an answer asks again, and it is done once.
        let again = tenant.post_keyed("/v1/customers", &key, &body).await.expect(201);
        let replayed = again.header("idempotency-replayed") == "true";
        match gone {
            Gone::Before => assert!(!replayed, "a request that was not whole had an effect"),
            Gone::After => assert!(replayed, "what was answered is done once more"),
            Gone::Sometime => {}
        }
        had_effect += u64::from(replayed);
    }
    println!("{had_effect} of {ROUNDS} had their effect though nobody waited for the answer");
    assert!((1..ROUNDS).contains(&had_effect), "{had_effect}");
    let mut raw = app.database.owner().await;
    let count = raw.rows("select cast(count(*) as text) from customers").await.unwrap();
    assert_eq!(count[0][0], (2 * ROUNDS).to_string());
    whole::assert_whole(&mut raw).await;
}

/// The client is gone while its request waits for a lock in the midst of its transaction.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_request_that_waits_for_a_lock_gives_its_connection_back(#[case] engine: Engine) {
    let started =
        TestApp::start_with(engine, |config| (config.database_max_connections, config.workers) = (1, 0)).await;
    let Some(app) = started else { return };
    let tenant = app.tenant("Harbour Wholesale").await;
    tenant.create("/v1/customers", &json!({ "business_name": "First" })).await;
    let lock = match engine {
        Engine::Sqlite => "begin immediate",
        Engine::Postgres => "begin; update number_sequences set next_value = next_value where name = 'customer_codes'",
    };

    for round in 0..10 {
        let mut holder = app.database.owner().await;
        holder.execute(lock).await.unwrap();
        let body = json!({ "business_name": format!("Gone {round}") });
        let (key, mut random) = (format!("gone-{round}"), Rng::with_seed(round));
        send_and_vanish(&app, &tenant, &key, &body, Gone::Sometime, &mut random).await;
        holder.execute("rollback").await.unwrap();

        tenant.create("/v1/customers", &json!({ "business_name": format!("Next {round}") })).await;
        whole::assert_none_stays_open(&app.database).await;
        eventually("the request to be done when it is sent again", || async {
            let again = tenant.post_keyed("/v1/customers", &key, &body).await;
            (again.status == 201).then_some(())
        })
        .await;
    }
    whole::assert_whole(&mut app.database.owner().await).await;
}
