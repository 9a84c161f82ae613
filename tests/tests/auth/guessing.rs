//! Who guesses passwords is slowed down, and keeps nobody out.
use crate::house::{House, PASSWORD, at};
use chrono::TimeDelta;
use purser_auth::{AuthProblem, LogIn};
use purser_kernel::CommonProblem;
use purser_tests::{
    app::{Answer, TestApp, founder},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;

const ANN: &str = "ann@example.com";
const WRONG: &str = "wrong horse battery staple";
const HOME: &str = "192.0.2.1";
const ELSEWHERE: &str = "198.51.100.7";
const HOTEL: &str = "203.0.113.5";

/// Guesses until a pause follows.
async fn guess(house: &House, ip: &str) {
    for _ in 0..5 {
        assert!(house.log_in_from(ip, ANN, WRONG).await.unwrap_err().is(AuthProblem::InvalidCredentials));
    }
    assert!(house.log_in_from(ip, ANN, WRONG).await.unwrap_err().is(CommonProblem::TooManyRequests));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guesses_from_elsewhere_keep_nobody_out_of_where_they_are_at_home(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up_from(HOME, ANN).await;
    // The last digits of an IPv6 address change by themselves.
    house.log_in_from("2001:db8::1", ANN, PASSWORD).await.unwrap();
    guess(&house, ELSEWHERE).await;
    for home in [HOME, "2001:db8::ffff"] {
        house.log_in_from(home, ANN, PASSWORD).await.unwrap();
    }
    // The guesser has not got any further by that.
    for ip in [ELSEWHERE, HOTEL] {
        assert!(house.log_in_from(ip, ANN, PASSWORD).await.unwrap_err().is(CommonProblem::TooManyRequests), "{ip}");
    }
    assert!(house.another_node().log_in(log_in(ANN), at(HOME), "test".into()).await.is_ok());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guesses_at_home_are_paused_there(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up_from(HOME, ANN).await;
    guess(&house, HOME).await;
    assert!(house.log_in_from(HOME, ANN, PASSWORD).await.unwrap_err().is(CommonProblem::TooManyRequests));
    house.log_in_from(HOTEL, ANN, PASSWORD).await.unwrap();
    house.advance(TimeDelta::seconds(5));
    house.log_in_from(HOME, ANN, PASSWORD).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_network_is_home_as_long_as_somebody_comes_back(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up_from(HOME, ANN).await;
    house.advance(TimeDelta::days(89));
    house.log_in_from(HOME, ANN, PASSWORD).await.unwrap();
    house.advance(TimeDelta::days(89));
    guess(&house, ELSEWHERE).await;
    house.log_in_from(HOME, ANN, PASSWORD).await.unwrap();
    house.advance(TimeDelta::days(91));
    guess(&house, ELSEWHERE).await;
    assert!(house.log_in_from(HOME, ANN, PASSWORD).await.unwrap_err().is(CommonProblem::TooManyRequests));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_network_that_tries_many_accounts_is_paused(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up_from(HOME, ANN).await;
    house.log_in_from(ELSEWHERE, ANN, PASSWORD).await.unwrap();
    house.sign_up_from(HOME, "bob@example.com").await;
    for number in 0..20 {
        // Once each, as one who has a list does it.
        let nobody = format!("nobody{number}@example.com");
        let problem = house.log_in_from(ELSEWHERE, &nobody, WRONG).await.unwrap_err();
        assert!(problem.is(AuthProblem::InvalidCredentials), "{number}: {problem}");
    }
    let problem = house.log_in_from(ELSEWHERE, "bob@example.com", PASSWORD).await.unwrap_err();
    assert!(problem.is(CommonProblem::TooManyRequests), "{problem}");
    assert_eq!(problem.retry_delay(), Some(Duration::from_secs(5)));
    // Who is at home there has nothing to do with it, nor has anybody elsewhere.
    house.log_in_from(ELSEWHERE, ANN, PASSWORD).await.unwrap();
    house.log_in_from(HOTEL, "bob@example.com", PASSWORD).await.unwrap();
    house.advance(TimeDelta::seconds(5));
    house.log_in_from(ELSEWHERE, "bob@example.com", PASSWORD).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_accounts_at_once_do_not_outrun_the_pause(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let guesses = (0..50).map(|number| {
        let auth = house.auth.clone();
        let request = log_in(&format!("nobody{number}@example.com"));
        tokio::spawn(async move { auth.log_in(request, at(ELSEWHERE), "test".into()).await })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        let problem = guess.await.unwrap().unwrap_err();
        if problem.is(AuthProblem::InvalidCredentials) {
            looked_at += 1;
        } else {
            assert!(problem.is(CommonProblem::TooManyRequests), "{problem}");
        }
    }
    assert_eq!(looked_at, 20);
}

fn log_in(email: &str) -> LogIn {
    LogIn { email: email.into(), password: PASSWORD.into(), organization_id: None }
}

/// A request that came through a proxy, from this address.
async fn from(app: &TestApp, ip: &str, path: &str, body: &Value) -> Answer {
    Answer::of(app.request("POST", path).header("X-Forwarded-For", ip).json(body)).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_reads_the_mail_gets_in_wherever_they_are_while_others_guess(#[case] engine: Engine) {
    let proxied = |config: &mut purser_api::Config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.network_free_failures = 20;
    };
    let Some(app) = TestApp::start_with(engine, proxied).await else { return };
    from(&app, HOME, "/v1/auth/signup", &founder("Blue Harbor", ANN)).await.expect(201);
    let attempt = |password: &str| json!({ "email": ANN, "password": password });
    let flood = async |ip: &str| {
        let mut answer = from(&app, ip, "/v1/auth/login", &attempt(WRONG)).await;
        while answer.status != 429 {
            answer = from(&app, ip, "/v1/auth/login", &attempt(WRONG)).await;
        }
    };
    flood(ELSEWHERE).await;
    from(&app, HOTEL, "/v1/auth/login", &attempt(PASSWORD)).await.expect(429);

    from(&app, HOTEL, "/v1/auth/password/forgot", &json!({ "email": ANN })).await.expect(202);
    let token = app.mail(ANN, "Choose a new password").await.token();
    let chosen = "another long and private sentence";
    from(&app, HOTEL, "/v1/auth/password/reset", &json!({ "token": token, "password": chosen })).await.expect(204);
    flood(ELSEWHERE).await;
    from(&app, HOTEL, "/v1/auth/login", &attempt(chosen)).await.expect(200);
}
