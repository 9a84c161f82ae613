//! Events reach whoever listens, whatever breaks on the way.
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_tests::{
    app::{TestApp, client, eventually},
    database::{Cluster, Engine, TestDatabase},
    program::Program,
    receiver::{Receiver, Response},
    traffic::Traffic,
};
use rstest::rstest;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const CLIENTS: u64 = 3;
const SEED: u64 = 11;
/// What failed is sent again at once, so to speak, and whoever hangs is left after a second.
const IMPATIENT: &[(&str, &str)] = &[
    ("PURSER_WEBHOOKS_ALLOW_LOOPBACK", "true"),
    ("PURSER_WEBHOOK_WAITS_SECONDS", "1"),
    ("PURSER_WEBHOOK_TIMEOUT_SECONDS", "1"),
];

/// Of every four requests one is never answered, and one is told to come back.
fn moody(receiver: &Receiver) {
    let mut count = 0;
    receiver.answer(move |_| {
        count += 1;
        match count % 4 {
            0 => Response::Never,
            1 => Response::Full(503, vec![("retry-after", "1".to_owned())], String::new()),
            _ => Response::Status(204),
        }
    });
}

/// Every event that was numbered since somebody listens came in, and nothing else did. What came in more than once came under the same
/// id and said the same.
async fn arrived(database: &TestDatabase, receiver: &Receiver) {
    let query = async |sql: &str| database.owner().await.rows(sql).await.unwrap().concat();
    eventually("every delivery to be over", || async {
        let open = "select status from webhook_deliveries where status in ('pending', 'retrying')
            union all select 'to be numbered' from outbox_events where sequence is null";
        query(open).await.is_empty().then_some(())
    })
    .await;
    let not = "select status || ' ' || coalesce(error, '') from webhook_deliveries where status <> 'success'";
    assert_eq!(query(not).await, [""; 0]);
    let id = match database.engine {
        Engine::Sqlite => "lower(hex(e.id))",
        Engine::Postgres => "replace(cast(e.id as text), '-', '')",
    };
    let told = format!(
        "select {id} from outbox_events e join webhook_endpoints w on w.organization_id = e.organization_id
          where e.sequence >= (select min(sequence) from webhook_deliveries d where d.endpoint_id = w.id)"
    );
    let told: BTreeSet<String> = query(&told).await.into_iter().collect();
    let mut bodies = BTreeMap::new();
    for request in receiver.requests() {
        let id = request.header("webhook-id").replace('-', "");
        let first = bodies.entry(id).or_insert_with(|| request.body.clone());
        assert_eq!(*first, request.body);
    }
    assert!(!told.is_empty());
    assert_eq!(bodies.into_keys().collect::<BTreeSet<_>>(), told);
}

#[tokio::test]
async fn workers_that_are_killed_a_database_that_crashes_and_whoever_hangs_lose_no_event() {
    let Some(cluster) = Cluster::start() else { return };
    let (database, receiver) = (cluster.database().await, Receiver::start().await);
    let server = Program::start_with(&database, &["--no-workers"], IMPATIENT).await;
    let (mut worker, other) =
        (Program::worker(&database, IMPATIENT).await, Program::worker(&database, IMPATIENT).await);
    let traffic = Traffic::open(&server.url, CLIENTS, SEED).await;
    traffic.listen(&receiver).await;
    let mut running = traffic.run(&server.url);
    let mut killer = database.application().await;
    for _ in 0..3 {
        moody(&receiver);
        running.acknowledged(10).await;
        // In the midst of a delivery: one of them hangs at any time.
        worker.kill().await;
        running.acknowledged(10).await;
        worker = Program::worker(&database, IMPATIENT).await;
        let cut = "select cast(pg_terminate_backend(pid) as text) from pg_stat_activity
                   where datname = current_database() and usename = current_user and pid <> pg_backend_pid()";
        killer.rows(cut).await.unwrap();
        running.acknowledged(10).await;
        receiver.answer_with(500);
        cluster.restart().await;
        killer = database.application().await;
        running.acknowledged(10).await;
    }
    receiver.answer_with(204);
    running.stop().await.settle(&server.url, &database).await;
    arrived(&database, &receiver).await;
    for program in [server, worker, other] {
        assert!(program.end().await.expect("it ends within 30 seconds").success());
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_program_that_is_killed_again_and_again_loses_no_event(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let receiver = Receiver::start().await;
    let mut program = Program::start_with(&database, &[], IMPATIENT).await;
    let mut traffic = Traffic::open(&program.url, CLIENTS, SEED).await;
    traffic.listen(&receiver).await;
    for _ in 0..4 {
        moody(&receiver);
        let mut running = traffic.run(&program.url);
        running.acknowledged(20).await;
        program.kill().await;
        traffic = running.stop().await;
        program = Program::start_with(&database, &[], IMPATIENT).await;
    }
    receiver.answer_with(204);
    traffic.settle(&program.url, &database).await;
    arrived(&database, &receiver).await;
    assert!(program.end().await.expect("it ends within 30 seconds").success());
}

/// All connections wait for a table that somebody keeps, and nobody else gets one.
#[tokio::test]
async fn connections_that_run_out_lose_no_event() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let receiver = Receiver::start().await;
    let few = [("PURSER_DATABASE_MAX_CONNECTIONS", "2"), ("PURSER_DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1")];
    let program = Program::start_with(&database, &[], &[IMPATIENT, &few].concat()).await;
    let traffic = Traffic::open(&program.url, CLIENTS, SEED).await;
    traffic.listen(&receiver).await;
    let mut running = traffic.run(&program.url);
    for _ in 0..3 {
        moody(&receiver);
        running.acknowledged(10).await;
        let mut keeper = database.owner().await;
        keeper.execute("begin; lock table customers in access exclusive mode").await.unwrap();
        eventually("nobody to get a connection", || async {
            let ready = client().get(format!("{}/health/ready", program.url)).send().await.unwrap();
            (ready.status() == 503).then_some(())
        })
        .await;
        drop(keeper);
        running.acknowledged(10).await;
    }
    receiver.answer_with(204);
    running.stop().await.settle(&program.url, &database).await;
    arrived(&database, &receiver).await;
    assert!(program.end().await.expect("it ends within 30 seconds").success());
}

/// A clock that is set back lets what was planned before wait until it is that late again; nothing is lost. One that is set forward ends
/// the lease of what is just being sent, which may come twice, under the same id.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_clock_that_steps_loses_no_event(#[case] engine: Engine) {
    let clock = Clock::fixed(Clock::system().now());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let (mut tenant, receiver) = (app.tenant("Acme").await, Receiver::start().await);
    tenant.create("/v1/webhook-endpoints", &json!({ "url": receiver.url })).await;
    let steps = [TimeDelta::minutes(-4), TimeDelta::minutes(6), TimeDelta::seconds(-90), TimeDelta::minutes(3)];
    for (place, step) in steps.into_iter().enumerate() {
        tenant.create("/v1/projects", &json!({ "name": format!("Before {place}") })).await;
        clock.advance(step);
        // Tokens are of another time.
        tenant = tenant.signed_in_at(&app.url).await;
        tenant.create("/v1/projects", &json!({ "name": format!("After {place}") })).await;
    }
    clock.advance(TimeDelta::minutes(5));
    tenant.create("/v1/projects", &json!({ "name": "Last" })).await;
    let created = || {
        let requests = receiver.requests();
        let created = requests.iter().filter(|request| request.event() == "project.created");
        created.map(|request| request.header("webhook-id").to_owned()).collect::<BTreeSet<_>>().len()
    };
    eventually("all of them", || async { (created() >= 9).then_some(()) }).await;
    arrived(&app.database, &receiver).await;
    assert_eq!(created(), 9);
}
