//! Several organizations of one person.
use crate::{member_path, person, problem};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

async fn switch(who: &Tenant, organization: &str) -> Answer {
    who.post("/v1/auth/switch-organization", &json!({ "organization_id": organization })).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn opens_a_session_in_the_other_and_leaves_the_first(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (first, second) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let here = person(&app, &first, &["viewer"]).await.tenant;
    // The same person is a member of the second, too.
    let sql = format!(
        "insert into memberships (organization_id, id, user_id, status, created_at, updated_at)
         select {}, {}, {}, 'active', created_at, updated_at from organizations where id = {}",
        uuid_literal(engine, &second.organization_id),
        uuid_literal(engine, "01a1fa5a-0000-7000-8000-000000000001"),
        uuid_literal(engine, &here.user_id),
        uuid_literal(engine, &second.organization_id),
    );
    app.database.owner().await.execute(&sql).await.unwrap();
    let there = here.with_tokens(&switch(&here, &second.organization_id).await.expect(200).json());
    let organization = async |who: &Tenant| {
        who.get("/v1/me").await.expect(200).json()["organization"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (organization(&here).await, organization(&there).await),
        (first.organization_id.clone(), second.organization_id.clone())
    );
    // What they may do here is no matter there.
    here.get("/v1/orders").await.expect(200);
    problem(&there.get("/v1/orders").await, 403, "forbidden");
    let refresh = json!({ "refresh_token": there.refresh_token });
    app.anonymous("POST", "/v1/auth/refresh", Some(&refresh)).await.expect(200);
    // Each ends by itself.
    here.verb("/v1/auth/logout").await.expect(204);
    assert_eq!(organization(&there).await, second.organization_id);
    let back = here.with_tokens(&switch(&there, &first.organization_id).await.expect(200).json());
    assert_eq!(organization(&back).await, first.organization_id);
    let path = member_path(&second, &here).await;
    second.verb(&format!("{path}/disable")).await.expect(200);
    problem(&there.get("/v1/me").await, 401, "unauthenticated");
    assert_eq!(organization(&back).await, first.organization_id);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_one_s_own_does_not_exist(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ours, theirs) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let nowhere = switch(&ours, "01a1fa5a-0000-7000-8000-000000000000").await.expect(422);
    assert_eq!(nowhere.errors(), [("/organization_id".to_owned(), "unknown_reference".to_owned())]);
    assert_eq!(switch(&ours, &theirs.organization_id).await.expect(422).body, nowhere.body);
    // Nor does one that they have left, or that is closed.
    let viewer = person(&app, &theirs, &["viewer"]).await;
    theirs.verb(&format!("{}/disable", viewer.path)).await.expect(200);
    let home = viewer.tenant.signed_in_at(&app.url).await;
    assert_eq!(switch(&home, &theirs.organization_id).await.expect(422).body, nowhere.body);
    theirs.verb(&format!("{}/enable", viewer.path)).await.expect(200);
    switch(&home, &theirs.organization_id).await.expect(200);
    theirs.post("/v1/organization/close", &json!({ "retention_days": 30 })).await.expect(200);
    assert_eq!(switch(&home, &theirs.organization_id).await.expect(422).body, nowhere.body);
    app.anonymous("POST", "/v1/auth/switch-organization", Some(&json!({}))).await.expect(401);
}
