//! What a person prefers.
use crate::{problem, refused};
use purser_kernel::PermissionSet;
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const OWN: &str = "/v1/me/preferences";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_has_their_own_in_each_organization(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, PermissionSet::empty()).await;
    let unchosen = member.get(OWN).await.expect(200);
    assert_eq!((unchosen.header("etag"), &unchosen.json()["theme"]), ("\"1\"", &json!("system")));
    let chosen = json!({
        "theme": "dark", "locale": "DE-at", "timezone": "Europe/Vienna",
        "dashboard": { "tiles": [1, 2] },
    });
    let kept = member.patch(OWN, 1, &chosen).await.expect(200).json();
    assert_eq!((&kept["locale"], &kept["dashboard"]), (&json!("de-AT"), &chosen["dashboard"]));
    let kept = member.patch(OWN, 2, &json!({ "locale": null, "theme": "light" })).await.expect(200).json();
    assert_eq!((&kept["locale"], &kept["timezone"]), (&Value::Null, &json!("Europe/Vienna")));
    problem(&member.patch(OWN, 2, &json!({ "theme": "dark" })).await, 412, "stale");
    assert_eq!(owner.get(OWN).await.expect(200).json()["theme"], "system");

    let wrong = json!({ "locale": "xx_1", "timezone": "Vienna", "dashboard": { "a": "x".repeat(17_000) } });
    let faults = [("/locale", "unknown_locale"), ("/timezone", "unknown_timezone"), ("/dashboard", "too_long")];
    refused(&member.patch(OWN, 3, &wrong).await, &faults);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_first_choices_at_once_one_is_told(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let (dark, light) = (json!({ "theme": "dark" }), json!({ "theme": "light" }));
    let (one, other) = tokio::join!(owner.patch(OWN, 1, &dark), owner.patch(OWN, 1, &light));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_was_shown_around_is_not_shown_around_again(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, PermissionSet::empty()).await;
    let seen = async |who: &Tenant| who.get("/v1/me").await.expect(200).json()["onboarding_completed"].clone();
    assert_eq!(seen(&member).await, false);
    for _ in 0..2 {
        member.verb("/v1/me/complete-onboarding").await.expect(204);
    }
    assert_eq!((seen(&member).await, seen(&owner).await), (json!(true), json!(false)));
    let trail = owner.get("/v1/audit-logs?resource=member").await.expect(200).body;
    assert_eq!(trail.matches("member.complete_onboarding").count(), 1);
}
