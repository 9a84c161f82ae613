//! Whatever is wrong with a token, the answer is the same.
use super::{LIST, accept, at, invite, invited, token};
use chrono::TimeDelta;
use purser_kernel::{Clock, Timestamp};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

/// Takes the ids of one token, and the secret of another: 33 of the 65 bytes are 44 letters.
fn spliced(ids: &str, secret: &str) -> String {
    format!("{}{}", &ids[..44], &secret[44..])
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_problem_for_all(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (ours, theirs) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let good = invited(&app, &ours, "good@example.org", "viewer").await;
    let foreign = invited(&app, &theirs, "foreign@example.org", "viewer").await;
    let expired = invited(&app, &ours, "expired@example.org", "viewer").await;
    let sql = "update invitations set expires_at = '2026-11-20 10:00:00+00:00' where email = 'expired@example.org'";
    app.database.owner().await.execute(sql).await.unwrap();
    let revoked = invited(&app, &ours, "revoked@example.org", "viewer").await;
    let last = crate::row(&ours, LIST, "email", "revoked@example.org").await;
    ours.verb(&format!("{}/revoke", at(&last))).await.expect(200);
    let used = invited(&app, &ours, "used@example.org", "viewer").await;
    accept(&app, &used).await.expect(200);
    let (mixed, crossed) = (spliced(&good, &expired), spliced(&good, &foreign));
    let (long, zeros) = ("A".repeat(100_000), "A".repeat(87));
    let bad = ["", "x", &good[1..], &zeros, &long, &expired, &revoked, &used, &mixed, &crossed, &ours.refresh_token];
    let mut answers = Vec::new();
    for token in bad {
        let short = &token[..token.len().min(100)];
        for path in ["/v1/invitations/accept", "/v1/invitations/preview"] {
            let body = json!({ "token": token });
            let answer = app.anonymous("POST", path, Some(&body)).await.expect(404);
            assert_eq!(answer.problem(), "invalid_invitation", "{short} to {path}");
            answers.push(answer.body);
        }
        answers.push(ours.post("/v1/invitations/accept", &json!({ "token": token })).await.expect(404).body);
        answers.push(accept(&app, token).await.expect(404).body);
    }
    assert!(answers.iter().all(|body| *body == answers[0]), "{answers:#?}");
    accept(&app, &good).await.expect(200);
    accept(&app, &foreign).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_that_is_suspended_or_closed_lets_nobody_in(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let token = invited(&app, &owner, "nora@example.org", "viewer").await;
    owner.post("/v1/organization/suspend", &json!({ "reason": "unpaid" })).await.expect(200);
    assert_eq!(accept(&app, &token).await.expect(403).problem(), "organization_suspended");
    owner.post("/v1/organization/close", &json!({ "retention_days": 30 })).await.expect(200);
    assert_eq!(accept(&app, &token).await.expect(404).problem(), "invalid_invitation");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_invitation_is_good_for_seven_days(#[case] engine: Engine) {
    let clock = Clock::fixed(Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    invite(&owner, "nora@example.org", "viewer").await.expect(201);
    let token = token(&app, "nora@example.org", 1).await;
    let look = async || app.anonymous("POST", "/v1/invitations/preview", Some(&json!({ "token": token }))).await;
    clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    look().await.expect(200);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(look().await.expect(404).problem(), "invalid_invitation");
}
