//! Renewing a session.
use crate::house::{House, PASSWORD};
use chrono::TimeDelta;
use purser_auth::{AuthProblem, Tokens};
use purser_kernel::{Client, CommonProblem, ExposeSecret, Problem, SecretString};
use purser_tests::database::Engine;
use rstest::rstest;

const ANN: &str = "ann@example.com";
const REUSED: &str = "session.refresh_token_reused";

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

fn refused(result: Result<Tokens, Problem>) -> bool {
    result.is_err_and(|problem| problem.is(AuthProblem::InvalidRefreshToken))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_token_brings_another(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let session = house.authenticate(&ann.tokens).await.unwrap().session_id;
    let mut tokens = ann.tokens;
    // Longer than a session lasts without being renewed.
    for _ in 0..3 {
        house.advance(TimeDelta::days(20));
        let next = house.refresh(&tokens.refresh_token).await.unwrap();
        assert!(!same(&next.refresh_token, &tokens.refresh_token));
        assert!(house.authenticate(&tokens).await.is_err());
        assert_eq!(house.authenticate(&next).await.unwrap().session_id, session);
        tokens = next;
    }
    house.advance(TimeDelta::days(30));
    assert!(refused(house.refresh(&tokens.refresh_token).await));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_lost_answer_is_given_again_for_a_moment(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let next = house.refresh(&ann.tokens.refresh_token).await.unwrap();
    house.advance(TimeDelta::seconds(20));
    let again = house.refresh(&ann.tokens.refresh_token).await.unwrap();
    assert!(same(&next.refresh_token, &again.refresh_token));
    assert_eq!(next.refresh_token_expires_at, again.refresh_token_expires_at);
    // At another node too: nothing but the hash is kept, and what follows can be derived.
    let elsewhere = house.another_node().refresh(&ann.tokens.refresh_token, Client::default(), "test".into()).await;
    assert!(same(&next.refresh_token, &elsewhere.unwrap().refresh_token));
    assert_eq!(house.audited(ann.organization.id, REUSED).await, 0);
    house.refresh(&next.refresh_token).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_used_token_that_comes_back_ends_the_session(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let other = house.log_in(ANN, PASSWORD).await.unwrap();
    let next = house.refresh(&ann.tokens.refresh_token).await.unwrap();
    house.authenticate(&next).await.unwrap();
    house.advance(TimeDelta::seconds(21));
    for _ in 0..3 {
        assert!(refused(house.refresh(&ann.tokens.refresh_token).await));
    }
    assert!(refused(house.refresh(&next.refresh_token).await));
    assert!(house.authenticate(&next).await.unwrap_err().is(CommonProblem::Unauthenticated));
    assert_eq!(house.audited(ann.organization.id, REUSED).await, 1);
    // The person's other session is nobody else's.
    house.authenticate(&other.tokens).await.unwrap();
    house.refresh(&other.tokens.refresh_token).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_the_token_just_before_is_forgiven(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let second = house.refresh(&ann.tokens.refresh_token).await.unwrap();
    let third = house.refresh(&second.refresh_token).await.unwrap();
    assert!(refused(house.refresh(&ann.tokens.refresh_token).await));
    assert!(refused(house.refresh(&third.refresh_token).await));
    assert_eq!(house.audited(ann.organization.id, REUSED).await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn all_who_come_at_once_get_the_same(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let renewals = (0..10).map(|_| {
        let (auth, token) = (house.auth.clone(), ann.tokens.refresh_token.clone());
        tokio::spawn(async move { auth.refresh(&token, Client::default(), "test".into()).await })
    });
    let mut next = Vec::new();
    for renewal in renewals.collect::<Vec<_>>() {
        next.push(renewal.await.unwrap().unwrap().refresh_token);
    }
    assert!(next.iter().all(|token| same(token, &next[0])));
    house.refresh(&next[0]).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_never_given_out_is_refused(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let bob = house.sign_up("bob@example.com").await;
    let (anns, bobs) = (ann.tokens.refresh_token.expose_secret(), bob.tokens.refresh_token.expose_secret());
    // 49 of the 81 bytes say whose it is: 65 letters and a part of the next.
    let spliced = format!("{}{}", &anns[..66], &bobs[66..]);
    let access = ann.tokens.access_token.expose_secret().to_owned();
    for token in [String::new(), "x".into(), access, spliced, "A".repeat(108), "A".repeat(100_000)] {
        assert!(refused(house.refresh(&token.into()).await));
    }
    house.refresh(&ann.tokens.refresh_token).await.unwrap();
    house.refresh(&bob.tokens.refresh_token).await.unwrap();
}
