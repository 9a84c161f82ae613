//! Engagements: seen by those who were given access, and by nobody else.
use crate::{problem, refused, rows};
use chrono::TimeDelta;
use purser_kernel::{Actor, Clock, Permission, PermissionSet, SystemRole};
use purser_store::{
    DatabaseOptions, MasterKey, Store, Vault,
    ports::{AccessLevel, EngagementAccess},
    prelude::*,
};
use purser_tenancy::Tenancy;
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

const LIST: &str = "/v1/engagements";

struct House {
    app: TestApp,
    owner: Tenant,
    /// Who holds everything that a manager holds.
    member: Tenant,
    path: String,
}

impl House {
    async fn open(engine: Engine) -> Option<Self> {
        let app = TestApp::start(engine).await?;
        let owner = app.tenant("Acme").await;
        let member = app.member(&owner, SystemRole::Manager.permissions()).await;
        let engagement = owner.create(LIST, &json!({ "name": "Move", "client_name": "Northwind" })).await;
        let path = format!("{LIST}/{}", engagement["id"].as_str().unwrap());
        Some(Self { app, owner, member, path })
    }

    fn access(&self, tenant: &Tenant) -> String {
        format!("{}/access/{}", self.path, tenant.user_id)
    }

    async fn give(&self, level: &str) {
        self.owner.put(&self.access(&self.member), &json!({ "level": level })).await.expect(200);
    }

    fn id(&self) -> purser_kernel::ids::EngagementId {
        self.path.rsplit('/').next().unwrap().parse().unwrap()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_access_there_is_none(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let House { owner, member, path, .. } = &house;
    // An empty list means nobody.
    assert!(rows(member, LIST).await.is_empty());
    let never = member.get(&format!("{LIST}/01a1fa5a-0000-7000-8000-000000000000")).await;
    let hidden = member.get(path).await;
    assert_eq!((hidden.status, &hidden.body), (404, &never.body));
    problem(&member.patch(path, 1, &json!({ "name": "Mine" })).await, 404, "not_found");
    problem(&member.get(&format!("{path}/access")).await, 404, "not_found");
    let own = house.access(member);
    problem(&member.put(&own, &json!({ "level": "read" })).await, 404, "not_found");
    problem(&Answer::of(member.request("DELETE", &own)).await, 404, "not_found");
    problem(&member.delete(path, 1).await, 403, "forbidden");
    // Who leads it was not let in by being named.
    owner.patch(path, 1, &json!({ "lead_id": member.user_id })).await.expect(200);
    problem(&member.get(path).await, 404, "not_found");
    assert_eq!(rows(owner, LIST).await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_level_opens_what_it_says(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let House { owner, member, path, .. } = &house;
    let change = json!({ "description": "changed" });
    house.give("read").await;
    member.get(path).await.expect(200);
    assert_eq!(rows(member, LIST).await.len(), 1);
    let refused = member.patch(path, 1, &change).await;
    problem(&refused, 403, "engagement_level_too_low");
    assert_eq!((&refused.json()["needed"], &refused.json()["held"]), (&json!("write"), &json!("read")));
    house.give("write").await;
    member.patch(path, 1, &change).await.expect(200);
    problem(&member.get(&format!("{path}/access")).await, 403, "engagement_level_too_low");
    problem(&member.put(&house.access(owner), &json!({ "level": "read" })).await, 403, "engagement_level_too_low");
    house.give("admin").await;
    assert_eq!(rows(member, &format!("{path}/access")).await.len(), 1);
    member.put(&house.access(owner), &json!({ "level": "admin" })).await.expect(200);
    Answer::of(owner.request("DELETE", &house.access(member))).await.expect(204);
    problem(&member.get(path).await, 404, "not_found");
    problem(&Answer::of(owner.request("DELETE", &house.access(member))).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gives_more_than_they_have(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let House { app, owner, member, .. } = &house;
    let other = app.member(owner, Permission::EngagementsRead.into()).await;
    let stranger = app.tenant("Elsewhere").await;
    let (own, theirs) = (house.access(member), house.access(&other));
    let end = Clock::system().now() + TimeDelta::days(3);
    owner.put(&own, &json!({ "level": "admin", "expires_at": end })).await.expect(200);
    for (path, expires_at) in [
        (&own, Value::Null),
        (&own, json!(end + TimeDelta::seconds(1))),
        (&theirs, Value::Null),
        (&theirs, json!(end + TimeDelta::seconds(1))),
    ] {
        let body = json!({ "level": "read", "expires_at": expires_at });
        problem(&member.put(path, &body).await, 403, "access_outlasts_own");
    }
    member.put(&theirs, &json!({ "level": "write", "expires_at": end - TimeDelta::days(1) })).await.expect(200);
    let past = json!({ "level": "read", "expires_at": Clock::system().now() - TimeDelta::seconds(1) });
    refused(&owner.put(&theirs, &past).await, &[("/expires_at", "in_the_past")]);
    problem(&owner.put(&house.access(&stranger), &json!({ "level": "read" })).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whose_access_has_ended_sees_nothing(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let House { app, member, path, .. } = &house;
    house.give("admin").await;
    assert_eq!(rows(member, LIST).await.len(), 1);
    let sql = "update engagement_access set expires_at = '2026-11-20 10:00:00+00:00' where level = 'admin' and granted_by <> user_id";
    app.database.owner().await.execute(sql).await.unwrap();
    assert!(rows(member, LIST).await.is_empty());
    problem(&member.get(path).await, 404, "not_found");
    problem(&member.patch(path, 1, &json!({ "name": "x" })).await, 404, "not_found");
    problem(&member.get(&format!("{path}/access")).await, 404, "not_found");
    problem(&member.put(&house.access(&house.owner), &json!({ "level": "read" })).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn access_ends_at_its_moment_for_everything_below(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let end = Clock::system().now() + TimeDelta::days(3);
    let access = house.access(&house.member);
    house.owner.put(&access, &json!({ "level": "write", "expires_at": end })).await.expect(200);
    let options = DatabaseOptions::new(&house.app.database.application_url);
    let organization = house.owner.organization_id.parse().unwrap();
    let user = house.member.user_id.parse().unwrap();
    let caller = Scope::user(organization, user, SystemRole::Manager.permissions());
    let agent = Scope { actor: Actor::Agent(Uuid::nil()), ..caller.clone() };
    let system = Scope::system(organization, "test");
    let at = async |scope: &Scope, time, level| {
        let clock = Clock::fixed(time);
        let store = Store::connect(&options, clock, Vault::new(&MasterKey::new([7; 32])).unwrap()).await.unwrap();
        let tx = store.read(scope).await.unwrap();
        let outcome = Tenancy.require(&tx, house.id(), level).await.map_err(|problem| problem.kind().id);
        drop(tx);
        store.close().await;
        outcome
    };
    assert_eq!(at(&caller, end - TimeDelta::seconds(1), AccessLevel::Write).await, Ok(()));
    assert_eq!(at(&caller, end - TimeDelta::seconds(1), AccessLevel::Admin).await, Err("engagement_level_too_low"));
    assert_eq!(at(&caller, end, AccessLevel::Read).await, Err("not_found"));
    assert_eq!(at(&agent, end - TimeDelta::seconds(1), AccessLevel::Read).await, Err("not_found"));
    assert_eq!(at(&system, end, AccessLevel::Write).await, Ok(()));
    assert_eq!(at(&system, end, AccessLevel::Admin).await, Err("engagement_level_too_low"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn goes_from_state_to_state_as_it_may(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let House { owner, path, .. } = &house;
    let go = async |status: &str| {
        let version = owner.get(path).await.expect(200).json()["version"].as_i64().unwrap();
        owner.patch(path, version, &json!({ "status": status })).await
    };
    let refused_move = go("completed").await;
    problem(&refused_move, 409, "illegal_transition");
    assert_eq!(refused_move.json()["possible"], json!(["active", "archived"]));
    for status in ["active", "on_hold", "on_hold", "active", "completed", "archived"] {
        assert_eq!(go(status).await.expect(200).json()["status"], status);
    }
    problem(&go("active").await, 409, "illegal_transition");

    let body = json!({ "name": "", "client_name": "", "starts_on": "2027-02-01", "ends_on": "2027-01-31" });
    let faults = [("/name", "required"), ("/client_name", "required"), ("/ends_on", "before_start")];
    refused(&owner.post(LIST, &body).await, &faults);
    let dated = json!({ "name": "A", "client_name": "B", "starts_on": "2027-02-01", "status": "active" });
    let dated = owner.create(LIST, &dated).await;
    let path = format!("{LIST}/{}", dated["id"].as_str().unwrap());
    refused(&owner.patch(&path, 1, &json!({ "ends_on": "2027-01-31" })).await, &[("/ends_on", "before_start")]);
    owner.patch(&path, 1, &json!({ "ends_on": "2027-02-01" })).await.expect(200);
    assert_eq!(rows(owner, &format!("{LIST}?status=active")).await.len(), 1);
    owner.delete(&path, 2).await.expect(204);
    problem(&owner.get(&path).await, 404, "not_found");
    let nobody = house.app.member(owner, PermissionSet::empty()).await;
    problem(&nobody.get(LIST).await, 403, "forbidden");
}
