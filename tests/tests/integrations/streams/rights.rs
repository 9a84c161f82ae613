//! Each event is told to whoever may read what it is about, at the time.
use super::{beats, lively, names, newest, project};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually, within_a_second},
    database::{Engine, uuid_literal},
    event_stream::Sent,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One event of each type, and one that nobody knows. Returns the number of the last.
async fn one_of_each(app: &TestApp, owner: &Tenant, types: &[Value]) -> i64 {
    let mut number = newest(app, owner).await;
    let (engine, mut raw) = (app.database.engine, app.database.owner().await);
    let literal = |id: &str| uuid_literal(engine, id);
    let organization = literal(&owner.organization_id);
    let known = types.iter().map(|it| (it["name"].as_str().unwrap(), it["resource"].as_str().unwrap()));
    for (name, resource) in known.chain([("from.the_future", "future")]) {
        number += 1;
        let (id, about) = (Uuid::from_u128(number.unsigned_abs().into()), Uuid::from_u128(7));
        let sql = format!(
            "insert into outbox_events
               (organization_id, id, sequence, event_type, resource, resource_id, payload, occurred_at)
             values ({organization}, {}, {number}, '{name}', '{resource}', {}, '{{}}', '2026-11-20 10:00:00+00:00')",
            literal(&id.to_string()),
            literal(&about.to_string()),
        );
        raw.execute(&sql).await.unwrap();
    }
    let next = number + 1;
    let sql = format!(
        "update number_sequences set next_value = {next} where name = 'outbox_events' and organization_id = {organization}"
    );
    assert_eq!(raw.execute(&sql).await.unwrap(), 1);
    number
}

fn types_of(events: &[Sent]) -> BTreeSet<String> {
    events.iter().map(|sent| sent.event.clone()).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_event_needs_its_permission_and_no_other(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let list = owner.get("/v1/event-types").await.expect(200).json();
    let types = list["data"].as_array().unwrap();
    let start = newest(&app, &owner).await;
    let last = one_of_each(&app, &owner, types).await;
    let mut needed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for event in types {
        let permission = event["permission"].as_str().unwrap();
        needed.entry(permission).or_default().insert(event["name"].as_str().unwrap().to_owned());
    }
    assert!(needed.len() >= 8, "{needed:?}");
    let told = async |who: &Tenant| types_of(&who.follow_from("", start).await.upto(last).await);

    // Everything that is known, to who may do everything.
    let all: BTreeSet<String> = needed.values().flatten().cloned().collect();
    assert_eq!(told(&owner).await, all);
    let nobody = app.member(&owner, PermissionSet::empty()).await;
    assert_eq!(told(&nobody).await, BTreeSet::new());
    for (name, types) in &needed {
        let permission: Permission = name.parse().unwrap();
        let (alone, without) =
            (app.member(&owner, permission.into()).await, app.member(&owner, PermissionSet::all() - permission).await);
        // Engagements are seen by those who were given access, and nobody was.
        let seen = if permission == Permission::EngagementsRead { &BTreeSet::new() } else { types };
        assert_eq!(&told(&alone).await, seen, "with {name} alone");
        let rest: BTreeSet<String> = all.difference(types).cloned().collect();
        assert_eq!(told(&without).await, rest, "without {name}");
        // A key holds what its maker gives it, if a key may hold it at all.
        if !Permission::decisions().contains(permission) {
            let program = owner.program(permission.into()).await;
            assert_eq!(&told(&program).await, seen, "a key with {name}");
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_organization_is_told_nothing(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let made = project(&owner, "First").await;
    let theirs = newest(&app, &stranger).await;
    let by_id = format!("?resource_id={}", made["id"].as_str().unwrap());
    let (mut all, mut one) = (stranger.follow_from("", 0).await, stranger.follow_from(&by_id, 0).await);
    project(&owner, "Second").await;
    newest(&app, &owner).await;
    project(&stranger, "Own").await;
    let told = all.upto(theirs + 1).await;
    assert_eq!(names(&told).last().unwrap(), "Own");
    assert!(told.iter().all(|sent| sent.data["organization_id"] == json!(stranger.organization_id)), "{told:?}");
    assert!(one.upto(theirs + 1).await.is_empty());
}

/// Where their rights are changed, and at another node.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_permission_that_is_taken_away_is_missed_while_the_stream_goes_on(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let node = app.another_node().await;
    let owner = app.tenant("Blue Harbor Foods").await;
    let clerk = app.member(&owner, Permission::ProjectsRead | Permission::CustomersRead).await;
    let path = member_path(&owner, &clerk).await;
    let elsewhere = clerk.at(&node.url);
    let (mut here, mut there) = (clerk.follow("").await, elsewhere.follow("").await);
    project(&owner, "Seen").await;
    assert_eq!(names(&[here.expect().await, there.expect().await]), ["Seen", "Seen"]);

    let only = json!({ "grants": ["customers.read"], "denials": [] });
    owner.put(&format!("{path}/permissions"), &only).await.expect(200);
    let asked = || async { (elsewhere.get("/v1/projects").await.status == 403).then_some(()) };
    within_a_second("the other node to know", asked).await;
    project(&owner, "Secret").await;
    owner.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    for stream in [&mut here, &mut there] {
        assert_eq!(stream.expect().await.event, "customer.created");
    }
    // Nor are they told by coming back.
    let last = newest(&app, &owner).await;
    let types = types_of(&clerk.follow_from("", 0).await.upto(last).await);
    assert_eq!(types, BTreeSet::from(["customer.created".to_owned()]));
}

/// The path of a member.
async fn member_path(owner: &Tenant, person: &Tenant) -> String {
    let list = owner.get("/v1/members?limit=200").await.expect(200).json();
    let member = list["data"].as_array().unwrap().iter().find(|row| row["user_id"] == json!(person.user_id)).unwrap();
    format!("/v1/members/{}", member["id"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_engagement_is_told_of_to_those_who_have_access_to_it(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let clerk = app.member(&owner, Permission::EngagementsRead.into()).await;
    let program = owner.program(Permission::EngagementsRead.into()).await;
    let body = json!({ "name": "Move", "client_name": "Northwind" });
    let engagement = owner.create("/v1/engagements", &body).await;
    let path = format!("/v1/engagements/{}", engagement["id"].as_str().unwrap());
    newest(&app, &owner).await;
    let [mut manager, mut stream, mut key] = [owner.follow("").await, clerk.follow("").await, program.follow("").await];
    let access = format!("{path}/access/{}", clerk.user_id);
    let mut version = 1;
    let mut rename = async |name: &str| {
        owner.patch(&path, version, &json!({ "name": name })).await.expect(200);
        version += 1;
        newest(&app, &owner).await
    };
    // Who is given access before the stream has come so far is told of it.
    let hidden = rename("Hidden").await;
    assert!(stream.upto(hidden).await.is_empty());
    owner.put(&access, &json!({ "level": "read" })).await.expect(200);
    rename("Shown").await;
    assert_eq!(names(&[stream.expect().await]), ["Shown"]);
    Answer::of(owner.request("DELETE", &access)).await.expect(204);
    let hidden = rename("Hidden again").await;
    assert!(stream.upto(hidden).await.is_empty());
    assert!(key.upto(hidden).await.is_empty(), "programs stand in no list");
    // That it is gone is told to those who had access, and to those who manage all.
    owner.put(&access, &json!({ "level": "read" })).await.expect(200);
    owner.delete(&path, version).await.expect(204);
    assert_eq!(stream.expect().await.event, "engagement.deleted");
    let last = newest(&app, &owner).await;
    assert_eq!(names(&manager.upto(last).await), ["Hidden", "Shown", "Hidden again", "Hidden again"]);
}

/// What ends a caller ends their streams, here and elsewhere.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_has_no_business_here_any_more_is_told_so(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, beats).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let node = app.another_node().await;
    let reader = async || app.member(&owner, Permission::ProjectsRead.into()).await;
    let verbs = ["disable", "end-sessions", "remove", "logout"];
    for verb in verbs {
        let clerk = reader().await;
        let path = member_path(&owner, &clerk).await;
        let (mut here, mut there) = (clerk.follow("").await, clerk.at(&node.url).follow("").await);
        match verb {
            "logout" => drop(clerk.verb("/v1/auth/logout").await.expect(204)),
            "remove" => drop(Answer::of(owner.request("DELETE", &path).header("If-Match", "*")).await.expect(204)),
            _ => drop(owner.verb(&format!("{path}/{verb}")).await.expect(200)),
        }
        assert_eq!(here.end().await, "unauthenticated", "{verb}");
        // It says so when it looks next, a quarter of a minute later at the most; of what happens there is nothing to be read before.
        eventually("the session to be over there", || async {
            (clerk.at(&node.url).get("/v1/me").await.status == 401).then_some(())
        })
        .await;
        project(&owner, "Secret").await;
        assert_eq!(there.end().await, "unauthenticated", "{verb}");
        clerk.try_follow("", None).await.unwrap_err().expect(401);
    }
    let program = owner.program(Permission::ProjectsRead.into()).await;
    let mut stream = program.follow("").await;
    let keys = owner.get("/v1/api-keys").await.expect(200).json();
    let key = format!("/v1/api-keys/{}", keys["data"][0]["id"].as_str().unwrap());
    assert!(Answer::of(owner.request("DELETE", &key)).await.status < 300);
    assert_eq!(stream.end().await, "unauthenticated");
}
