//! PostgreSQL goes away, and comes back.
use purser_tests::{
    database::{Cluster, Engine, TestDatabase},
    program::Program,
    traffic::Traffic,
};

const CLIENTS: u64 = 3;
const SEED: u64 = 7;

#[tokio::test]
async fn a_server_that_crashes_under_load_is_used_again_once_it_is_back() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database().await;
    let program = Program::start(&database, &[]).await;
    let mut running = Traffic::open(&program.url, CLIENTS, SEED).await.run(&program.url);

    for _ in 0..3 {
        running.acknowledged(15).await;
        cluster.restart().await;
    }
    running.acknowledged(15).await;

    running.stop().await.settle(&program.url, &database).await;
}

#[tokio::test]
async fn connections_that_are_killed_are_replaced() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let program = Program::start(&database, &[]).await;
    let mut running = Traffic::open(&program.url, CLIENTS, SEED).await.run(&program.url);
    // As the program's own role: another one may not do this to it.
    let mut killer = database.application().await;

    for _ in 0..10 {
        running.acknowledged(5).await;
        let kill = "select cast(pg_terminate_backend(pid) as text) from pg_stat_activity
                    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()";
        assert!(!killer.rows(kill).await.unwrap().is_empty(), "the program has connections");
    }
    running.acknowledged(15).await;

    running.stop().await.settle(&program.url, &database).await;
}

/// What lay in the pool when it was cut is not handed to a request.
#[tokio::test]
async fn nobody_notices_that_idle_connections_were_killed() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let program = Program::start(&database, &["--no-workers"]).await;
    let tenant = program.tenant("olive@example.com").await;
    let mut killer = database.application().await;

    for round in 0..5 {
        let requests = (0..4).map(|_| tenant.get("/v1/customers"));
        for answer in futures_util::future::join_all(requests).await {
            answer.expect(200);
        }
        let kill = "select cast(pg_terminate_backend(pid, 5000) as text) from pg_stat_activity
                    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()";
        assert!(!killer.rows(kill).await.unwrap().is_empty(), "the program has connections in round {round}");
        tenant.get("/v1/customers").await.expect(200);
    }
}
