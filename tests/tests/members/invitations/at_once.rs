//! Many at once.
use super::{LIST, accept, accept_with, at, invite, invited};
use crate::{problem, row, rows};
use futures_util::future::join_all;
use purser_tests::{
    app::{PASSWORD, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_of_ten_accepts(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let known = app.tenant("Elsewhere").await;
    let fresh = invited(&app, &owner, "nora@example.org", "viewer").await;
    let account = invited(&app, &owner, &known.email, "viewer").await;
    let new = join_all((0..10).map(|_| accept(&app, &fresh))).await;
    let old = join_all((0..10).map(|_| accept_with(&app, &account, PASSWORD))).await;
    for answers in [new, old] {
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1);
        for answer in lost {
            problem(&answer, 404, "invalid_invitation");
        }
    }
    assert_eq!(rows(&owner, "/v1/members").await.len(), 3);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_place_that_is_not_there_is_given_to_nobody(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let organization = uuid_literal(engine, &owner.organization_id);
    let allow = async |places: usize| {
        let sql = format!("update organizations set max_users = {places} where id = {organization}");
        app.database.owner().await.execute(&sql).await.unwrap();
    };
    allow(5).await;
    let node = app.another_node().await;
    let attempts = (0..10).map(|number| {
        let who = if number % 2 == 0 { owner.clone() } else { owner.at(&node.url) };
        async move {
            let body = json!({ "email": format!("n{number}@example.org"), "role": "viewer" });
            who.post_keyed(LIST, &format!("key-{number}"), &body).await
        }
    });
    let (made, refused): (Vec<_>, Vec<_>) =
        join_all(attempts).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 4);
    for answer in refused {
        problem(&answer, 409, "limit_reached");
        let document = answer.json();
        assert_eq!(
            (&document["limit"], &document["allowed"], &document["used"]),
            (&json!("max_users"), &json!(5), &json!(5))
        );
    }
    // Accepting takes no other place, and what is taken back or runs out is free again.
    let email = made[0].json()["email"].as_str().unwrap().to_owned();
    accept(&app, &super::token(&app, &email, 1).await).await.expect(200);
    problem(&invite(&owner, "late@example.org", "viewer").await, 409, "limit_reached");
    owner.verb(&format!("{}/revoke", at(&made[1].json()))).await.expect(200);
    invite(&owner, "late@example.org", "viewer").await.expect(201);
    problem(&invite(&owner, "later@example.org", "viewer").await, 409, "limit_reached");
    let sql = "update invitations set expires_at = '2026-11-20 10:00:00+00:00' where email = 'late@example.org'";
    app.database.owner().await.execute(sql).await.unwrap();
    invite(&owner, "later@example.org", "viewer").await.expect(201);
    let late = row(&owner, LIST, "email", "late@example.org").await;
    problem(&owner.verb(&format!("{}/resend", at(&late))).await, 409, "limit_reached");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_invited_once_by_ten(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let answers = join_all((0..10).map(|_| invite(&owner, "nora@example.org", "viewer"))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1);
    for answer in refused {
        problem(&answer, 409, "already_invited");
    }
}
