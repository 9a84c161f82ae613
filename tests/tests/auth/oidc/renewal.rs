//! Sessions that a provider vouches for, when the time has come to ask it again.
use super::{House, ann};
use purser_tests::{
    app::{Answer, Tenant, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;

impl House {
    async fn refresh(&self, person: &Tenant) -> Answer {
        let body = json!({ "refresh_token": person.refresh_token });
        self.app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await
    }

    /// Renews the session, and takes what it brings.
    async fn renew(&self, person: &mut Tenant) {
        let renewed = self.refresh(person).await.expect(200).json();
        renewed["refresh_token"].as_str().unwrap().clone_into(&mut person.refresh_token);
        renewed["access_token"].as_str().unwrap().clone_into(&mut person.access_token);
    }

    /// The time has come to ask the provider again.
    async fn make_due(&self) {
        let due = "update sessions set vouched_until = '2026-01-01 00:00:00+00:00' where vouched_until is not null";
        self.execute(due).await;
    }
}

async fn ends(person: &Tenant) {
    eventually("the session to end", || async { (person.get("/v1/me").await.status == 401).then_some(()) }).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_disabled_at_the_provider_has_no_session_after_the_next_check(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let mut person = house.signed_in("ann").await;
    let mut gone = ann();
    gone["disabled"] = true.into();
    house.provider.person("ann", gone).await;
    // The provider was asked a moment ago.
    house.renew(&mut person).await;
    house.make_due().await;
    assert_eq!(house.refresh(&person).await.expect(401).problem(), "invalid_refresh_token");
    ends(&person).await;
    let trail = house.owner.get("/v1/audit-logs?action=session.not_vouched").await.expect(200).json();
    assert_eq!(trail["data"].as_array().unwrap().len(), 1);
    house.provider.person("ann", ann()).await;
    house.signed_in("ann").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_check_that_goes_well_renews_again_and_again_and_roles_follow(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.map("heads", "manager").await;
    let mut person = house.signed_in("ann").await;
    let mut promoted = ann();
    promoted["claims"]["groups"] = json!(["heads"]);
    house.provider.person("ann", promoted).await;
    // Each check takes another token of the provider's.
    for _ in 0..3 {
        house.make_due().await;
        house.renew(&mut person).await;
    }
    eventually("the role of the new group", || async {
        (person.get("/v1/me").await.json()["roles"] == json!(["manager"])).then_some(())
    })
    .await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_tabs_at_once_do_not_lose_the_session(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let person = house.signed_in("ann").await;
    house.make_due().await;
    let answers = futures_util::future::join_all((0..4).map(|_| house.refresh(&person))).await;
    for answer in &answers {
        assert!([200, 503].contains(&answer.status), "{answer:?}");
    }
    assert!(answers.iter().any(|answer| answer.status == 200), "{answers:?}");
    // Who was told to come back does.
    house.refresh(&person).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_that_gives_nothing_to_ask_with_is_asked_for_a_new_sign_in(#[case] engine: Engine) {
    let scopes = json!(["email", "profile", "groups"]);
    let Some(house) = House::with(engine, |body| body["config"]["scopes"] = scopes).await else { return };
    let mut person = house.signed_in("ann").await;
    let kept = "select cast(count(*) as text) from sessions where provider_token_ciphertext is not null";
    assert_eq!(house.app.database.owner().await.rows(kept).await.unwrap()[0][0], "0");
    house.renew(&mut person).await;
    house.make_due().await;
    assert_eq!(house.refresh(&person).await.expect(401).problem(), "invalid_refresh_token");
    ends(&person).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn while_nobody_answers_the_session_waits_and_switched_off_it_ends(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let person = house.signed_in("ann").await;
    house.make_due().await;
    let House { app, provider, owner, integration } = house;
    provider.stop();
    let body = json!({ "refresh_token": person.refresh_token });
    // Asking twice does not help.
    for _ in 0..2 {
        let waits = app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await.expect(503);
        assert_eq!(waits.problem(), "provider_unavailable");
    }
    let path = format!("/v1/integrations/{}", integration["id"].as_str().unwrap());
    owner.patch(&path, 1, &json!({ "is_active": false })).await.expect(200);
    app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await.expect(401);
}
