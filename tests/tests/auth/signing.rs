//! The keys that sign access tokens, and how they follow one another.
use crate::house::clock;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use purser_api::app::App;
use purser_auth::Rotated;
use purser_kernel::hex;
use purser_tests::{
    app::{Answer, Node, PASSWORD, Tenant, TestApp, client, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KEYS: &str = "/.well-known/jwks.json";

/// The name of the key that signed a token.
fn kid(person: &Tenant) -> String {
    let header = person.access_token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// The names of the keys that are published.
async fn published(url: &str) -> BTreeSet<String> {
    let answer = Answer::of(client().get(format!("{url}{KEYS}"))).await.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    for key in &keys {
        let (kty, crv, alg, usage) = (&key["kty"], &key["crv"], &key["alg"], &key["use"]);
        assert_eq!([kty, crv, alg, usage], ["OKP", "Ed25519", "EdDSA", "sig"]);
        assert_eq!(URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap().len(), 32);
        assert_eq!(key.as_object().unwrap().len(), 6, "nothing but what is public");
    }
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn rotate(app: &App) -> Rotated {
    app.services().auth.rotate_signing_keys().await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_token_is_refused_because_of_a_rotation(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    let Node { app: other, url: other_url } = app.another_node().await;
    let ann = app.tenant("Harbor Foods").await;
    let first = kid(&ann);
    let everywhere = async |person: &Tenant| {
        for url in [&app.url, &other_url] {
            person.at(url).get("/v1/me").await.expect(200);
        }
    };
    everywhere(&ann).await;
    let keys = published(&app.url).await;
    assert!(keys.len() == 2 && keys.contains(&first), "the one that signs and the next one: {keys:?}");
    let next = keys.iter().find(|key| **key != first).unwrap().clone();

    // Published too short a time ago.
    assert!(matches!(rotate(app.app()).await, Rotated::NotBefore(_)));
    clock.advance(TimeDelta::hours(1));
    let before = ann.signed_in_at(&app.url).await;
    assert_eq!(kid(&before), first);
    everywhere(&before).await;
    assert_eq!(rotate(app.app()).await, Rotated::Done(next.clone()));

    // What was signed before is good at both servers, and so is what either of them signs from now on.
    let after = ann.signed_in_at(&app.url).await;
    assert_eq!(kid(&after), next);
    let late = ann.signed_in_at(&other_url).await;
    for person in [&before, &after, &late] {
        everywhere(person).await;
    }
    assert_eq!(published(&other_url).await.len(), 3);
    assert!(published(&app.url).await.is_superset(&keys));

    // The other server has noticed within a minute; what it signed before that is good to its end.
    clock.advance(TimeDelta::seconds(60));
    assert_eq!(kid(&ann.signed_in_at(&other_url).await), next);
    clock.advance(TimeDelta::seconds(530));
    for person in [&before, &after, &late] {
        everywhere(person).await;
    }
    // When every token of the first key has run out, it is gone.
    clock.advance(TimeDelta::hours(1));
    assert!(!published(&other_url).await.contains(&first));
    assert!(matches!(rotate(&other).await, Rotated::Done(_)));
    let rows = app.database.owner().await.rows("select state from signing_keys order by state").await.unwrap();
    assert_eq!(rows, [["active"], ["next"], ["retiring"]]);
    other.stop().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_signs_for_thirty_days(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let first = kid(&ann);
    // The hour in which somebody looked at the keys, when nobody is about to look any more.
    let looked = async || {
        let sql = "select coalesce(cast(last_run_at as text), '') from schedules where kind = 'auth.rotate_signing_keys'
             and not exists (select 1 from jobs where jobs.kind = schedules.kind and jobs.status in ('ready', 'running'))";
        app.database.owner().await.rows(sql).await.unwrap().pop().unwrap_or_default().pop()
    };
    let before = eventually("the schedule to be there", looked).await;
    clock.advance(TimeDelta::days(30) - TimeDelta::minutes(5));
    let later = async || looked().await.filter(|hour| *hour != before);
    eventually("somebody to look at the keys", later).await;
    assert_eq!(kid(&ann.signed_in_at(&app.url).await), first);
    clock.advance(TimeDelta::hours(2));
    eventually("the next key to sign", || async { (kid(&ann.signed_in_at(&app.url).await) != first).then_some(()) })
        .await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_or_rotate_at_once_make_one_key(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    app.database.owner().await.execute("delete from signing_keys").await.unwrap();
    let others = futures_util::future::join_all((0..4).map(|_| app.another_node())).await;
    let states =
        async || app.database.owner().await.rows("select state from signing_keys order by state").await.unwrap();
    assert_eq!(states().await, [["active"], ["next"]]);

    clock.advance(TimeDelta::hours(1));
    let rotations = futures_util::future::join_all(others.iter().map(|other| rotate(&other.app))).await;
    let done = rotations.iter().filter(|rotated| matches!(rotated, Rotated::Done(_))).count();
    assert_eq!(done, 1, "{rotations:?}");
    assert_eq!(states().await, [["active"], ["next"], ["retiring"]]);
    for Node { app: other, url } in others {
        let body = json!({ "organization_name": "Acme", "full_name": "Ann", "email": format!("a{}@example.com", other.address.port()), "password": PASSWORD });
        Answer::of(client().post(format!("{url}/v1/auth/signup")).json(&body)).await.expect(201);
        other.stop().await.unwrap();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_that_is_not_known_is_looked_for(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    let Node { app: other, url: other_url } = app.another_node().await;
    let ann = app.tenant("Harbor Foods").await;
    // As an operator does whose keys are in other hands.
    app.database.owner().await.execute("delete from signing_keys").await.unwrap();
    clock.advance(TimeDelta::seconds(59));
    // One server knows the keys since a moment, the other one has no reason to look.
    let Node { app: fresh, url: fresh_url } = app.another_node().await;
    let anew = ann.signed_in_at(&fresh_url).await;
    assert_ne!(kid(&anew), kid(&ann));
    anew.at(&other_url).get("/v1/me").await.expect(200);
    // The old key's tokens are worthless where the keys were read.
    let refused = ann.at(&fresh_url).get("/v1/me").await.expect(401);
    assert_eq!(refused.problem(), "unauthenticated");
    for app in [other, fresh] {
        app.stop().await.unwrap();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_private_key_lies_open(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let private = super::tokens::private_key(&app).await;
    let tables = purser_tests::database::Watch::over(&app.database).await;
    let hexadecimal = hex::encode(&private);
    let rows = format!("{tables:?}").to_lowercase();
    assert!(rows.contains(&kid(&ann).to_lowercase()) && !rows.contains(&hexadecimal));
}
