//! The list of members.
use crate::{names, person, role, rows};
use chrono::TimeDelta;
use purser_kernel::{Clock, Timestamp};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn shows_who_they_are_and_what_they_may_do(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let manager = person(&app, &owner, &["viewer", "manager"]).await;
    let members = rows(&owner, "/v1/members").await;
    assert_eq!(members.len(), 2);
    let (newest, oldest) = (&members[0], &members[1]);
    assert_eq!(names(newest), ["manager", "viewer"]);
    assert_eq!((&newest["email"], &newest["status"]), (&json!(manager.tenant.email), &json!("active")));
    assert!(newest["permissions"].as_array().unwrap().contains(&json!("orders.confirm")));
    assert_eq!((&oldest["full_name"], names(oldest)), (&json!("Olive Owner"), vec!["owner"]));
    assert_eq!(owner.get(&manager.path).await.expect(200).json(), *newest);
    // Who may see them need not be able to change them.
    let operator = person(&app, &owner, &["operator"]).await.tenant;
    operator.get("/v1/members").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn says_when_they_were_last_active(#[case] engine: Engine) {
    let clock = Clock::fixed(Clock::system().now());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let look = async || {
        let member = owner.get(&viewer.path).await.expect(200).json();
        (member["last_active_at"].as_str().unwrap().parse::<Timestamp>().unwrap(), member["version"].clone())
    };
    let (first, version) = look().await;
    assert!((clock.now() - first).abs() < TimeDelta::milliseconds(1));
    clock.advance(TimeDelta::minutes(9));
    let body = json!({ "refresh_token": viewer.tenant.refresh_token });
    app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await.expect(200);
    // Whoever was editing the member has missed nothing.
    assert_eq!(look().await, (first + TimeDelta::minutes(9), version.clone()));
    // Another organization is another place.
    clock.advance(TimeDelta::seconds(9));
    viewer.tenant.signed_in_at(&app.url).await;
    assert_eq!(look().await, (first + TimeDelta::minutes(9), version));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_filtered_and_paged(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut people = Vec::new();
    for roles in [&["viewer"][..], &["viewer", "operator"], &["operator"]] {
        people.push(person(&app, &owner, roles).await);
    }
    owner.verb(&format!("{}/disable", people[1].path)).await.expect(200);
    owner.delete(&people[2].path, 2).await.expect(204);
    let count = async |query: &str| rows(&owner, &format!("/v1/members?{query}")).await.len();
    let (viewer, operator) = (role(&owner, "viewer").await, role(&owner, "operator").await);
    // Who was removed is shown nowhere.
    assert_eq!(count("").await, 3);
    assert_eq!(count("status=removed").await, 0);
    assert_eq!((count("status=active").await, count("status=disabled").await), (2, 1));
    assert_eq!(count(&format!("role_id={viewer}")).await, 2);
    assert_eq!(count(&format!("role_id={operator}")).await, 1);
    assert_eq!(count(&format!("role_id={viewer}&status=active")).await, 1);
    let mut seen = Vec::new();
    let mut next = "/v1/members?limit=1".to_owned();
    loop {
        let page = owner.get(&next).await.expect(200).json();
        seen.push(page["data"][0]["user_id"].clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("/v1/members?limit=1&cursor={cursor}");
    }
    assert_eq!(json!(seen), json!([people[1].tenant.user_id, people[0].tenant.user_id, owner.user_id]));
}
