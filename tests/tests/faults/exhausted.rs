//! More requests than connections.
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::Tenant,
    database::{Engine, Raw, TestDatabase},
    program::Program,
};
use std::time::Duration;
use tokio::task::JoinSet;

/// Keeps everybody from the table of customers until it is dropped.
async fn lock_customers(database: &TestDatabase) -> Raw {
    let mut owner = database.owner().await;
    owner.execute("begin; lock table customers in access exclusive mode").await.unwrap();
    owner
}

/// The status of each of `count` requests, in the order in which they were answered.
fn ask(tenant: &Tenant, count: usize) -> JoinSet<u16> {
    let mut asked = JoinSet::new();
    for _ in 0..count {
        let tenant = tenant.clone();
        asked.spawn(async move {
            let answer = tenant.get("/v1/customers").await;
            assert_eq!(answer.status == 503, !answer.header("retry-after").is_empty(), "{answer:?}");
            answer.status
        });
    }
    asked
}

#[tokio::test]
async fn who_waits_too_long_is_told_to_try_again_and_the_next_is_served() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let variables = [("PURSER_DATABASE_MAX_CONNECTIONS", "2"), ("PURSER_DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1")];
    let program = Program::start_with(&database, &[], &variables).await;
    let tenant = program.tenant("olive@example.com").await;

    for _ in 0..2 {
        let locked = lock_customers(&database).await;
        // Two hold the connections and wait for the table, the others for a connection.
        let watch = Stopwatch::start();
        let answers = ask(&tenant, 30).join_all().await;
        assert_eq!(answers, [503; 30]);
        // They wait beside one another: one after the other would take the time-out fifteen times.
        assert!(watch.elapsed() < Duration::from_secs(8), "{:?}", watch.elapsed());
        drop(locked);
        tenant.get("/v1/customers").await.expect(200);
    }
}
