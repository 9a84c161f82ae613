//! What an organization may have, however many take from it at once.
use futures_util::future::join_all;
use purser_entity_platform::media_file;
use purser_entity_tenancy::membership::{self, ExtraPermissions};
use purser_kernel::{OrganizationId, Problem, UserId};
use purser_store::{MediaKind, ports::Limits, prelude::*};
use purser_tenancy::{
    Tenancy, TenancyProblem,
    limits::{self, Limit},
};
use purser_tests::{
    app::TestApp,
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

async fn join(app: &TestApp, organization: OrganizationId, user: UserId) -> Result<(), Problem> {
    let tx = app.app().services().store.write(&Scope::system(organization, "test")).await?;
    limits::take(&tx, Limit::Users).await?;
    let row = membership::ActiveModel {
        user_id: Set(user),
        status: Set(membership::Status::Active),
        onboarding_completed: Set(false),
        extra_permissions: Set(ExtraPermissions::default()),
        last_active_at: Set(None),
        created_by: Set(None),
        ..Default::default()
    };
    tx.insert_many([row]).await?;
    tx.commit().await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_ten_at_once_as_many_get_in_as_there_is_room_for(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut people = Vec::new();
    for _ in 0..10 {
        people.push(app.tenant("Elsewhere").await.user_id.parse().unwrap());
    }
    let literal = uuid_literal(engine, &owner.organization_id);
    let sql = format!("update organizations set max_users = 5 where id = {literal}");
    app.database.owner().await.execute(&sql).await.unwrap();

    let organization = owner.organization_id.parse().unwrap();
    let outcomes = join_all(people.into_iter().map(|user| join(&app, organization, user))).await;
    let (joined, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((joined.len(), refused.len()), (4, 6), "the owner is the fifth: {refused:?}");
    for problem in refused.into_iter().filter_map(Result::err) {
        assert!(problem.is(TenancyProblem::LimitReached), "{problem}");
        let document = problem.document();
        assert_eq!((&document["limit"], &document["allowed"]), (&json!("max_users"), &json!(5)));
        assert_eq!(document["used"], 5, "counted after whoever was faster");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn storage_holds_as_many_bytes_as_there_is_room_for(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let sql = "update organizations set max_storage_gb = 1";
    app.database.owner().await.execute(sql).await.unwrap();
    let scope = Scope::system(owner.organization_id.parse().unwrap(), "test");
    let store = &app.app().services().store;
    let keep = async |bytes: i64| {
        let tx = store.write(&scope).await?;
        Tenancy.take_storage(&tx, bytes).await?;
        let file = media_file::ActiveModel {
            storage_key: Set(Some("here".to_owned())),
            filename: Set(None),
            content_type: Set("application/pdf".to_owned()),
            byte_size: Set(Some(bytes)),
            sha256: Set(Some("0".repeat(64))),
            kind: Set(MediaKind::Document),
            source_url: Set(None),
            ..Default::default()
        };
        tx.insert_many([file]).await?;
        tx.commit().await
    };
    keep(600_000_000).await.unwrap();
    let outcomes = join_all((0..4).map(|_| keep(200_000_000))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2, "{outcomes:?}");
    let refused = keep(1).await.unwrap_err();
    assert!(refused.is(TenancyProblem::LimitReached), "{refused}");
    assert_eq!(refused.document()["used"], 1_000_000_000_i64);
    keep(0).await.unwrap();
}
