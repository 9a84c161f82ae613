//! A page that comes back from the provider gets its tokens in cookies, and holds none.
use super::House;
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::Value;

fn callback(house: &House, body: &Value) -> RequestBuilder {
    house.app.request("POST", &house.door("callback")).json(body)
}

/// What a browser sends back of the cookies that it was given.
fn kept(answer: &Answer) -> String {
    let lines = answer.headers.get_all("set-cookie").into_iter().map(|line| line.to_str().unwrap());
    lines.map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
}

async fn me(app: &TestApp, cookies: &str) -> Answer {
    Answer::of(app.request("GET", "/v1/me").header("Cookie", cookies)).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_page_signs_in_and_holds_no_token(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.map("sales", "operator").await;
    let body = house.answered("ann").await;
    // Another site's page, which has got hold of an answer of the provider's, signs nobody in.
    for site in ["cross-site", "same-site"] {
        let theirs = callback(&house, &body).header("X-Session", "cookie").header("Sec-Fetch-Site", site);
        let refused = Answer::of(theirs).await.expect(403);
        assert_eq!((&*refused.problem(), refused.header("set-cookie")), ("cross_site_request", ""), "{site}");
    }
    let own = callback(&house, &body).header("X-Session", "cookie").header("Sec-Fetch-Site", "same-origin");
    let answer = Answer::of(own).await.expect(200);
    let cookies = kept(&answer);
    for cookie in cookies.split("; ") {
        let (name, token) = cookie.split_once('=').unwrap();
        assert!(["__Host-purser-access", "__Host-purser-refresh"].contains(&name), "{name}");
        assert!(!token.is_empty() && !answer.body.contains(token), "{answer:?}");
    }
    assert_eq!(cookies.split("; ").count(), 2);
    let shown = answer.json();
    assert!(shown.get("access_token").is_none() && shown.get("refresh_token").is_none(), "{shown}");
    let me = me(&house.app, &cookies).await.expect(200).json();
    assert_eq!((&me["user"]["email"], &me["roles"][0]), (&"ann@example.com".into(), &"operator".into()));
}

/// Whoever does not ask for them gets none.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_program_gets_no_cookies(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let answer = house.log_in("ann").await.expect(200);
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.json()["access_token"].is_string());
}
