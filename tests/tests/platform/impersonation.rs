//! Acting for a person: allowed by the organization, short, and seen by everybody.
use crate::{problem, trail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use purser_kernel::{Clock, Email, PlatformScope};
use purser_tests::{
    app::{Administrator, Answer, Tenant, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const IMPERSONATIONS: &str = "/v1/platform/impersonations";

async fn allow(owner: &Tenant, allowed: bool) {
    let settings = owner.get("/v1/organization/settings").await.expect(200).json();
    let change = json!({ "allow_impersonation": allowed });
    owner.patch("/v1/organization/settings", settings["version"].as_i64().unwrap(), &change).await.expect(200);
}

fn wanted(person: &Tenant) -> Value {
    json!({ "organization_id": person.organization_id, "user_id": person.user_id, "reason": "ticket 4711" })
}

/// The administrator, acting for the person.
async fn act(admin: &Administrator, person: &Tenant) -> (Tenant, Value) {
    let acting = admin.desk.create(IMPERSONATIONS, &wanted(person)).await;
    (person.with_token(acting["access_token"].as_str().unwrap()), acting)
}

async fn end(admin: &Administrator, acting: &Value) -> Answer {
    Answer::of(admin.desk.request("DELETE", &format!("{IMPERSONATIONS}/{}", acting["id"].as_str().unwrap()))).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_has_to_allow_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let admin = app.administrator().await;
    let owner = app.tenant("Acme").await;
    problem(&admin.desk.post(IMPERSONATIONS, &wanted(&owner)).await, 403, "impersonation_not_allowed");
    allow(&owner, true).await;
    let (acting, _) = act(&admin, &owner).await;
    acting.get("/v1/customers").await.expect(200);
    // Taken back, it is over.
    allow(&owner, false).await;
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    allow(&owner, true).await;
    acting.get("/v1/customers").await.expect(200);

    // Nobody acts for who is no member there, nor for another administrator, nor where nobody gets in.
    let stranger = app.tenant("Elsewhere").await;
    let mut elsewhere = wanted(&owner);
    elsewhere["user_id"] = stranger.user_id.clone().into();
    let answer = admin.desk.post(IMPERSONATIONS, &elsewhere).await.expect(422);
    assert_eq!(answer.errors(), [("/user_id".to_owned(), "unknown_reference".to_owned())]);
    let other = app.administrator().await;
    allow(&other.person, true).await;
    problem(&admin.desk.post(IMPERSONATIONS, &wanted(&other.person)).await, 403, "platform_administrator");
    owner.post("/v1/organization/close", &json!({ "retention_days": 1 })).await.expect(200);
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    let answer = admin.desk.post(IMPERSONATIONS, &wanted(&owner)).await.expect(422);
    assert_eq!(answer.errors(), [("/user_id".to_owned(), "unknown_reference".to_owned())]);
    let mut no_reason = wanted(&stranger);
    no_reason["reason"] = " ".into();
    assert_eq!(admin.desk.post(IMPERSONATIONS, &no_reason).await.expect(422).errors()[0].0, "/reason");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn both_trails_say_who_acted_for_whom(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let admin = app.administrator().await;
    let owner = app.tenant("Acme").await;
    allow(&owner, true).await;
    let (acting, shown) = act(&admin, &owner).await;
    let claims = acting.access_token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!((&claims["sub"], &claims["act"]["sub"]), (&json!(owner.user_id), &json!(admin.person.user_id)));
    assert_eq!((&claims["aud"], &shown["expires_in"]), (&json!("purser-api"), &json!(1800)));

    let customer = acting.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    let deed = owner.get("/v1/audit-logs?action=customer.create").await.expect(200).json()["data"][0].clone();
    assert_eq!(deed["resource_id"], customer["id"]);
    assert_eq!(
        (&deed["actor_kind"], &deed["actor_id"], &deed["on_behalf_of"]),
        (&json!("platform_admin"), &json!(admin.person.user_id), &json!(owner.user_id))
    );
    // What they may not do themselves they do not do for others either.
    problem(&acting.verb("/v1/organization/reactivate").await, 403, "forbidden");
    problem(&acting.get("/v1/auth/sessions").await, 403, "not_while_acting");

    end(&admin, &shown).await.expect(204);
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    end(&admin, &shown).await.expect(204);
    let actions = async |action: &str| {
        let entries = owner.get(&format!("/v1/audit-logs?action={action}")).await.expect(200).json();
        entries["data"].as_array().unwrap().clone()
    };
    let started = actions("impersonation.start").await;
    assert_eq!((started.len(), &started[0]["changes"]["after"]["reason"]), (1, &json!("ticket 4711")));
    assert_eq!(actions("impersonation.end").await.len(), 1);
    let about = trail(&admin.desk, &format!("user_id={}", owner.user_id)).await;
    assert_eq!(
        (&about[1]["action"], &about[1]["details"]["reason"]),
        (&json!("impersonation.start"), &json!("ticket 4711"))
    );
    assert_eq!(
        (&about[0]["action"], &about[0]["details"]["ended_by"]),
        (&json!("impersonation.end"), &json!("administrator"))
    );
    assert_eq!(about.len(), 2);
    let events = "select event_type from outbox_events where event_type like 'impersonation.%' order by id";
    let events = app.database.owner().await.rows(events).await.unwrap();
    assert_eq!(events, [["impersonation.started"], ["impersonation.ended"]]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_person_sees_it_and_ends_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let admin = app.administrator().await;
    let owner = app.tenant("Acme").await;
    allow(&owner, true).await;
    let (acting, shown) = act(&admin, &owner).await;
    let sessions = owner.get("/v1/auth/sessions").await.expect(200).json();
    let seen = sessions["data"].as_array().unwrap().iter().find(|session| session["id"] == shown["id"]).unwrap();
    assert_eq!(seen["acting_admin_id"], admin.person.user_id);
    let own = format!("/v1/auth/sessions/{}", shown["id"].as_str().unwrap());
    Answer::of(owner.request("DELETE", &own)).await.expect(204);
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    let about = trail(&admin.desk, "action=impersonation.end").await;
    assert_eq!((&about[0]["details"]["ended_by"], about[0]["admin_id"].is_null()), (&json!("person"), true));
    let listed = admin.desk.get(IMPERSONATIONS).await.expect(200).json();
    assert!(!listed["data"][0]["ended_at"].is_null());

    // All at once, too.
    let (acting, _) = act(&admin, &owner).await;
    owner.verb("/v1/auth/sessions/end-others").await.expect(204);
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    assert_eq!(trail(&admin.desk, "action=impersonation.end").await.len(), 2);
    // Whoever acts can leave by themselves.
    let (acting, _) = act(&admin, &owner).await;
    acting.verb("/v1/auth/logout").await.expect(204);
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    let about = trail(&admin.desk, "action=impersonation.end").await;
    assert_eq!(about[0]["details"]["ended_by"], "administrator");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_lasts_half_an_hour_and_no_longer_than_the_office(#[case] engine: Engine) {
    let clock = Clock::fixed(Clock::system().now());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    let admin = app.administrator().await;
    let owner = app.tenant("Acme").await;
    allow(&owner, true).await;
    let (acting, _) = act(&admin, &owner).await;
    clock.advance(TimeDelta::minutes(29));
    acting.get("/v1/customers").await.expect(200);
    clock.advance(TimeDelta::minutes(1) + TimeDelta::seconds(5));
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");

    let (acting, _) = act(&admin, &owner).await;
    let node = app.another_node().await;
    acting.at(&node.url).get("/v1/customers").await.expect(200);
    let email = Email::parse("/email", &admin.person.email).unwrap();
    let who = PlatformScope::command("test");
    app.app().services().auth.revoke_platform_admin(&who, &email).await.unwrap();
    problem(&acting.get("/v1/customers").await, 401, "unauthenticated");
    eventually("the other node to hear of it", || async {
        (acting.at(&node.url).get("/v1/customers").await.status == 401).then_some(())
    })
    .await;
    node.app.stop().await.unwrap();
}
