//! The pause after wrong passwords at a directory.
use super::House;
use purser_tests::{app::Answer, database::Engine, slapd};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guessing_is_slowed_down_for_whom_there_is_and_for_whom_there_is_not(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    for spellings in [["ann", "ANN", " ann", "Ann ", "aNN"], ["zoe", "ZOE", " zoe", "Zoe ", "zOE"]] {
        for username in spellings {
            house.log_in(username, "a guess").await.expect(401);
        }
        let paused = house.log_in(spellings[0], slapd::PASSWORD).await.expect(429);
        assert_eq!(paused.problem(), "too_many_requests");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guesses_at_once_do_not_outrun_the_pause(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    // Of somebody who was here before, and of somebody who was not.
    house.signed_in("ann").await;
    house.slapd.person("bob", "bob@example.com").await;
    for username in ["ann", "bob"] {
        let guesses = (0..15).map(|_| house.log_in(username, "a guess"));
        let answers = futures_util::future::join_all(guesses).await;
        let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
        let paused = answers.iter().filter(|answer| answer.status == 429).count();
        assert_eq!((looked_at, paused), (5, 10), "{username}");
    }
    let failures = "select cast(failed_logins as text) from sign_in_networks where failed_logins > 0";
    assert_eq!(house.app.database.owner().await.rows(failures).await.unwrap(), [["5"]]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_pause_holds_at_every_node_and_ends(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.signed_in("ann").await;
    for _ in 0..5 {
        house.log_in("ann", "a guess").await.expect(401);
    }
    let node = house.app.another_node().await;
    let body = json!({ "username": "ann", "password": slapd::PASSWORD });
    let url = format!("{}{}", node.url, house.door());
    let elsewhere = Answer::of(purser_tests::app::client().post(url).json(&body)).await.expect(429);
    assert_eq!(elsewhere.problem(), "too_many_requests");
    let over = "update sign_in_networks set next_try_at = '2026-01-01 00:00:00+00:00' where failed_logins > 0";
    house.app.database.owner().await.execute(over).await.unwrap();
    house.signed_in("ann").await;
    // The right password forgives what was before.
    house.log_in("ann", "a guess").await.expect(401);
    house.signed_in("ann").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guesses_from_elsewhere_keep_nobody_out_of_where_they_are_at_home(#[case] engine: Engine) {
    const HOME: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";
    let Some(house) = House::new(engine).await else { return };
    house.log_in_from(HOME, "ann", slapd::PASSWORD).await.expect(200);
    for _ in 0..5 {
        house.log_in_from(ELSEWHERE, "ann", "a guess").await.expect(401);
    }
    // The guesser has not got any further by that, and neither has anybody else who is nowhere at home.
    for ip in [ELSEWHERE, "203.0.113.5"] {
        house.log_in_from(ip, "ann", slapd::PASSWORD).await.expect(429);
    }
    house.log_in_from(HOME, "ann", slapd::PASSWORD).await.expect(200);
    // What is guessed at home is paused there.
    for _ in 0..5 {
        house.log_in_from(HOME, "ann", "a guess").await.expect(401);
    }
    house.log_in_from(HOME, "ann", slapd::PASSWORD).await.expect(429);
}
