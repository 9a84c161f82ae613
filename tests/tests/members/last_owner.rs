//! An organization keeps at least one owner.
use crate::{give, member_path, names, person, problem, role, rows};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_last_owner_cannot_go(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let path = member_path(&owner, &owner).await;
    let before = owner.get(&path).await.expect(200).json();
    problem(&give(&owner, &path, &["admin"]).await, 409, "last_owner");
    problem(&give(&owner, &path, &[]).await, 409, "last_owner");
    problem(&owner.delete(&path, 1).await, 409, "last_owner");
    problem(&owner.verb(&format!("{path}/disable")).await, 403, "own_membership");
    // An owner who is shut out is none.
    let second = person(&app, &owner, &["owner"]).await;
    owner.verb(&format!("{}/disable", second.path)).await.expect(200);
    problem(&give(&owner, &path, &["admin"]).await, 409, "last_owner");
    assert_eq!(owner.get(&path).await.expect(200).json(), before);

    owner.verb(&format!("{}/enable", second.path)).await.expect(200);
    let stepped_down = give(&owner, &path, &["admin"]).await.expect(200).json();
    assert_eq!(names(&stepped_down), ["admin"]);
    problem(&give(&owner, &path, &["owner"]).await, 403, "rank_too_high");
}

/// Sends both at once, each to its own node.
async fn at_once(one: RequestBuilder, other: RequestBuilder) -> [Answer; 2] {
    let keyed = |request: RequestBuilder| Answer::of(request.header("Idempotency-Key", "once"));
    let (one, other) = tokio::join!(keyed(one), keyed(other));
    [one, other]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_who_take_each_other_out_at_once_one_stays(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let node = app.another_node().await;
    for way in ["demote", "disable", "remove", "demote", "disable", "remove"] {
        let first = app.tenant("Blue Harbor Foods").await;
        let second = person(&app, &first, &["owner"]).await;
        let paths = [second.path.clone(), member_path(&first, &first).await];
        // Each node takes both for owners.
        let people = [first.clone(), second.tenant.at(&node.url)];
        let mut requests = Vec::new();
        for (who, path) in people.iter().zip(&paths) {
            let version = who.get(path).await.expect(200).header("etag").to_owned();
            let nobody = json!({ "role_ids": [] });
            requests.push(match way {
                "demote" => who.request("PUT", &format!("{path}/roles")).json(&nobody),
                "disable" => who.request("POST", &format!("{path}/disable")),
                _ => who.request("DELETE", path).header("If-Match", version),
            });
        }
        let (other, one) = (requests.pop().unwrap(), requests.pop().unwrap());
        let answers = at_once(one, other).await;
        let done = answers.each_ref().map(|answer| (200..300).contains(&answer.status));
        assert_ne!(done[0], done[1], "{way}: {answers:?}");
        for answer in answers.iter().filter(|answer| answer.status >= 300) {
            assert!([401, 403, 409].contains(&answer.status), "{way}: {answer:?}");
        }
        let winner = if done[0] { &people[0] } else { &people[1] };
        let list = format!("/v1/members?status=active&role_id={}", role(winner, "owner").await);
        let owners = rows(winner, &list).await;
        assert_eq!(owners.len(), 1, "{way}");
        assert_eq!(owners[0]["user_id"], winner.user_id);
    }
}
