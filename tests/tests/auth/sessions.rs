//! A person's own sessions.
use crate::house::House;
use chrono::TimeDelta;
use purser_auth::AuthProblem;
use purser_kernel::PageRequest;
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::Value;

const LIST: &str = "/v1/auth/sessions";

async fn sessions(person: &Tenant) -> Vec<Value> {
    person.get(LIST).await.expect(200).json()["data"].as_array().unwrap().clone()
}

fn path(session: &Value) -> String {
    format!("{LIST}/{}", session["id"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everybody_sees_their_own(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    app.tenant("Mill Foods").await;
    let phone = ann.signed_in_at(&app.url).await;
    let rows = sessions(&phone).await;
    assert_eq!(rows.iter().map(|row| &row["is_current"]).collect::<Vec<_>>(), [true, false]);
    for row in &rows {
        assert_eq!(row["organization_id"], ann.organization_id.as_str());
        assert_eq!(row["ip"], "127.0.0.1");
    }
    let pages = [phone.get(&format!("{LIST}?limit=1")).await.expect(200).json()];
    assert_eq!(pages[0]["data"], Value::from(&rows[..1]));
    let cursor = pages[0]["next_cursor"].as_str().unwrap();
    let last = phone.get(&format!("{LIST}?limit=1&cursor={cursor}")).await.expect(200).json();
    assert_eq!((&last["data"], &last["next_cursor"]), (&Value::from(&rows[1..]), &Value::Null));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_is_ended_from_another(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, bob) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    let phone = ann.signed_in_at(&app.url).await;
    phone.get("/v1/me").await.expect(200);
    let rows = sessions(&ann).await;
    let lost = rows.iter().find(|row| row["is_current"] == false).unwrap();
    bob.request("DELETE", &path(lost)).send().await.unwrap().error_for_status().unwrap_err();
    phone.get("/v1/me").await.expect(200);

    let delete = async || purser_tests::app::Answer::of(ann.request("DELETE", &path(lost))).await;
    delete().await.expect(204);
    assert_eq!(phone.get("/v1/me").await.expect(401).problem(), "unauthenticated");
    assert_eq!(delete().await.expect(404).problem(), "not_found");
    assert_eq!(sessions(&ann).await.len(), 1);
    ann.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_others_end_at_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, bob) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    let others = [ann.signed_in_at(&app.url).await, ann.signed_in_at(&app.url).await];
    for _ in 0..2 {
        ann.verb("/v1/auth/sessions/end-others").await.expect(204);
        for other in &others {
            assert_eq!(other.get("/v1/me").await.expect(401).problem(), "unauthenticated");
        }
        assert_eq!(sessions(&ann).await.len(), 1);
        assert_eq!(sessions(&bob).await.len(), 1);
    }
    let trail = ann.get("/v1/audit-logs?action=session.end_others").await.expect(200).json();
    assert_eq!(trail["data"].as_array().unwrap().len(), 1, "the second time there was nothing to end");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_session_is_renewed_for_ever(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up("ann@example.com").await;
    let mut tokens = ann.tokens;
    let end = house.clock.now() + TimeDelta::days(90);
    for _ in 0..4 {
        house.advance(TimeDelta::days(20));
        tokens = house.refresh(&tokens.refresh_token).await.unwrap();
        assert!(tokens.refresh_token_expires_at <= end);
    }
    // Day 80: another ten days, not thirty.
    assert_eq!(tokens.refresh_token_expires_at, end);
    house.advance(TimeDelta::days(9));
    tokens = house.refresh(&tokens.refresh_token).await.unwrap();
    assert_eq!(tokens.refresh_token_expires_at, end);
    let caller = house.authenticate(&tokens).await.unwrap();
    let listed = async || {
        let tx = house.store.read(&caller.scope).await.unwrap();
        house.auth.sessions(&tx, &PageRequest::first()).await.unwrap().data
    };
    assert_eq!(listed().await.len(), 1);
    house.advance(TimeDelta::days(1));
    assert!(house.refresh(&tokens.refresh_token).await.unwrap_err().is(AuthProblem::InvalidRefreshToken));
    assert!(listed().await.is_empty());
    house.log_in("ann@example.com", crate::house::PASSWORD).await.unwrap();
}
