//! Killed again and again, at random moments, while clients write.
use fastrand::Rng;
use purser_tests::{
    app::eventually,
    database::{Engine, TestDatabase},
    program::Program,
    traffic::Traffic,
    whole,
};
use rstest::rstest;
use std::{env, time::Duration};

/// `PURSER_CRASH_ROUNDS` asks for more.
const ROUNDS: u64 = 20;
const CLIENTS: u64 = 3;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

/// Waits until the database has ended what the killed program had begun: PostgreSQL goes on with a COMMIT whose sender is gone,
/// and who looks before it ends cannot tell what became of a write.
async fn forgotten(database: &TestDatabase) {
    if database.engine == Engine::Sqlite {
        return;
    }
    eventually("the connections of the killed program to be closed", || async {
        let open = "select cast(count(*) as text) from pg_stat_activity
            where datname = current_database() and usename <> current_user";
        let rows = database.owner().await.rows(open).await.ok()?;
        (rows == [["0"]]).then_some(())
    })
    .await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_and_nothing_is_half(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let rounds = number("PURSER_CRASH_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("PURSER_CRASH_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("{rounds} rounds on {engine:?}; again with PURSER_CRASH_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let mut program = Program::start(&database, &[]).await;
    let mut traffic = Traffic::open(&program.url, CLIENTS, random.u64(..)).await;
    let mut acknowledged = 0;
    for _ in 0..rounds {
        let mut running = traffic.run(&program.url);
        running.acknowledged(random.u64(5..50)).await;
        // Somewhere in the midst of a request or a job.
        tokio::time::sleep(Duration::from_micros(random.u64(..20_000))).await;
        program.kill().await;
        forgotten(&database).await;
        acknowledged += running.count();
        traffic = running.stop().await;
        if random.u8(..4) == 0 {
            Program::start_and_kill(&database, Duration::from_millis(random.u64(..500))).await;
        }
        program = Program::start(&database, &[]).await;
        traffic.look_for_the_latest(&program.url).await;
        whole::assert_whole(&mut database.owner().await).await;
    }
    traffic.settle(&program.url, &database).await;
    println!("{acknowledged} writes were acknowledged");
}
