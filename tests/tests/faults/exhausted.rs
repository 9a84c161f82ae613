//! More requests than connections.
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::Tenant,
    database::{Engine, Raw, TestDatabase},
    program::Program,
};
use std::time::Duration;
use tokio::task::JoinSet;

/// What is waited for a connection, and what is waited for a lock.
const TIME_OUT: Duration = Duration::from_secs(1);
/// On a machine that runs other tests meanwhile.
const MARGIN: Duration = Duration::from_secs(2);

/// Keeps everybody from the table of customers until it is dropped.
async fn lock_customers(database: &TestDatabase) -> Raw {
    let mut owner = database.owner().await;
    owner.execute("begin; lock table customers in access exclusive mode").await.unwrap();
    owner
}

/// The status of each of `count` requests and how long it took, in the order in which they were answered.
fn ask(tenant: &Tenant, count: usize) -> JoinSet<(u16, Duration)> {
    let mut asked = JoinSet::new();
    for _ in 0..count {
        let tenant = tenant.clone();
        asked.spawn(async move {
            let watch = Stopwatch::start();
            let answer = tenant.get("/v1/customers").await;
            assert_eq!(answer.status == 503, !answer.header("retry-after").is_empty(), "{answer:?}");
            (answer.status, watch.elapsed())
        });
    }
    asked
}

#[tokio::test]
async fn who_waits_too_long_is_told_to_try_again_and_the_next_is_served() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let seconds = TIME_OUT.as_secs().to_string();
    let variables = [("PURSER_DATABASE_MAX_CONNECTIONS", "2"), ("PURSER_DATABASE_ACQUIRE_TIMEOUT_SECONDS", &*seconds)];
    let program = Program::start_with(&database, &[], &variables).await;
    let tenant = program.tenant("olive@example.com").await;

    for _ in 0..2 {
        let locked = lock_customers(&database).await;
        // Two hold the connections and wait for the table, the others for a connection.
        for (status, waited) in ask(&tenant, 30).join_all().await {
            assert_eq!(status, 503);
            // Whoever gets a connection at the last moment waits for the table once more; nobody waits for all who came before.
            assert!(waited < 2 * TIME_OUT + MARGIN, "{waited:?}");
        }
        drop(locked);
        tenant.get("/v1/customers").await.expect(200);
    }
}
