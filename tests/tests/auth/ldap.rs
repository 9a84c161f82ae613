//! Signing in with the organization's own directory, a real one.
#![expect(clippy::indexing_slicing, reason = "a test stops where it fails")]
mod guessing;
mod second_factor;

use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
    slapd::{self, Slapd, group_place},
};
use rstest::rstest;
use serde_json::{Value, json};

/// An organization with a directory in which there is Ann.
struct House {
    app: TestApp,
    slapd: Slapd,
    owner: Tenant,
    /// The connection with the directory.
    integration: Value,
}

impl House {
    async fn new(engine: Engine) -> Option<Self> {
        let slapd = Slapd::start().await?;
        let change = |config: &mut purser_api::Config| {
            config.workers = 0;
            config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        };
        let app = TestApp::start_with(engine, change).await?;
        let owner = app.tenant("Harbor Foods").await;
        slapd.person("ann", "ann@example.com").await;
        let integration = owner.create("/v1/integrations/ldap", &slapd.integration()).await;
        Some(Self { app, slapd, owner, integration })
    }

    fn door(&self) -> String {
        self.integration["callback_path"].as_str().unwrap().to_owned()
    }

    fn path(&self) -> String {
        format!("/v1/integrations/{}", self.integration["id"].as_str().unwrap())
    }

    async fn log_in(&self, username: &str, password: &str) -> Answer {
        let body = json!({ "username": username, "password": password });
        self.app.anonymous("POST", &self.door(), Some(&body)).await
    }

    async fn log_in_from(&self, ip: &str, username: &str, password: &str) -> Answer {
        let body = json!({ "username": username, "password": password });
        Answer::of(self.app.request("POST", &self.door()).header("X-Forwarded-For", ip).json(&body)).await
    }

    /// Somebody of the directory, signed in.
    async fn signed_in(&self, username: &str) -> Tenant {
        let answer = self.log_in(username, slapd::PASSWORD).await.expect(200).json();
        let mut person = self.owner.clone();
        answer["user"]["id"].as_str().unwrap().clone_into(&mut person.user_id);
        answer["access_token"].as_str().unwrap().clone_into(&mut person.access_token);
        answer["refresh_token"].as_str().unwrap().clone_into(&mut person.refresh_token);
        person
    }

    async fn refresh(&self, person: &Tenant) -> Answer {
        let body = json!({ "refresh_token": person.refresh_token });
        self.app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await
    }

    async fn role(&self, name: &str) -> String {
        let literal = purser_tests::database::uuid_literal(self.app.database.engine, &self.owner.organization_id);
        let id = match self.app.database.engine {
            Engine::Sqlite => "lower(hex(id))",
            Engine::Postgres => "cast(id as text)",
        };
        let sql = format!("select {id} from roles where organization_id = {literal} and name = '{name}'");
        self.app.database.owner().await.rows(&sql).await.unwrap()[0][0].clone()
    }

    async fn map(&self, pairs: &[(&str, &str)]) {
        let mut list = Vec::new();
        for (group, role) in pairs {
            list.push(json!({ "group_name": group_place(group), "role_id": self.role(role).await }));
        }
        let body = json!({ "group_roles": list });
        self.owner.put(&format!("{}/group-roles", self.path()), &body).await.expect(200);
    }

    /// The time has come to ask the directory again.
    async fn make_due(&self) {
        let sql = "update sessions set vouched_until = '2026-01-01 00:00:00+00:00' where vouched_until is not null";
        self.app.database.owner().await.execute(sql).await.unwrap();
    }
}

async fn roles(person: &Tenant) -> Value {
    person.get("/v1/me").await.expect(200).json()["roles"].clone()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whom_the_directory_knows_is_a_member_from_the_first_sign_in(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let first = house.signed_in("ann").await;
    let me = first.get("/v1/me").await.expect(200).json();
    assert_eq!(me["organization"]["id"], house.owner.organization_id.as_str());
    assert_eq!((&me["user"]["email"], &me["user"]["full_name"]), (&json!("ann@example.com"), &json!("ann")));
    assert_eq!((&me["roles"], &me["permissions"]), (&json!([]), &json!([])));
    // The same person, whatever else has changed about them.
    house.slapd.change("ann", "mail", "ann.miller@example.com").await;
    let second = house.signed_in("Ann").await;
    assert_eq!(second.user_id, first.user_id);
    assert_eq!(second.get("/v1/me").await.json()["user"]["email"], "ann.miller@example.com");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn both_ways_of_tls_lead_in_and_a_stranger_s_certificate_does_not(#[case] engine: Engine) {
    let Some(mut house) = House::new(engine).await else { return };
    let starttls = house.signed_in("ann").await;
    let way = |body: &Value| json!({ "config": body["config"], "credentials": body["credentials"] });
    let body = way(&house.slapd.ldaps());
    let ldap = format!("{}/ldap", house.path());
    house.integration = house.owner.patch(&ldap, 1, &body).await.expect(200).json();
    assert_eq!(house.signed_in("ann").await.user_id, starttls.user_id);

    for mut body in [house.slapd.integration(), house.slapd.ldaps()] {
        let other = Slapd::start().await.unwrap();
        body["config"]["ca_certificate"] = other.integration()["config"]["ca_certificate"].clone();
        let version = house.integration["version"].as_i64().unwrap();
        house.integration = house.owner.patch(&ldap, version, &way(&body)).await.expect(200).json();
        let refused = house.log_in("ann", slapd::PASSWORD).await.expect(503);
        assert_eq!(refused.problem(), "provider_unavailable");
        assert_eq!(refused.header("retry-after"), "5");
    }
    house.slapd.stop();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_in_does_not_tell_what_is_wrong(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.slapd.person("left", "left@example.com").await;
    house.slapd.change("left", "employeeType", "disabled").await;
    let wrong = house.log_in("ann", "unknown to the directory").await.expect(401);
    assert_eq!(wrong.problem(), "invalid_credentials");
    let others = [
        ("nobody", slapd::PASSWORD),
        ("left", slapd::PASSWORD),
        ("ann", ""),
        ("", slapd::PASSWORD),
        ("*", slapd::PASSWORD),
        ("an*", slapd::PASSWORD),
        ("ann)(objectClass=*", slapd::PASSWORD),
        ("*)(uid=*))(|(uid=*", slapd::PASSWORD),
        ("ann\\2a", slapd::PASSWORD),
        ("ann\0", slapd::PASSWORD),
    ];
    for (username, password) in others {
        if username.contains('\0') {
            // Refused with the body, before anybody looks at it.
            house.log_in(username, password).await.expect(400);
            continue;
        }
        assert_eq!(house.log_in(username, password).await.expect(401).body, wrong.body, "{username:?}");
    }
    let long = house.log_in("ann", &"x".repeat(100_000)).await.expect(401);
    assert_eq!(long.body, wrong.body);
    house.log_in("ann", slapd::PASSWORD).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_s_account_is_taken_over_by_writing_their_address_into_a_directory(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let victim = house.app.tenant("Somebody Else").await;
    for address in [&victim.email, &house.owner.email] {
        house.slapd.change("ann", "mail", address).await;
        let ann = house.signed_in("ann").await;
        assert!(ann.user_id != victim.user_id && ann.user_id != house.owner.user_id);
        assert_eq!(ann.get("/v1/me").await.expect(200).json()["roles"], json!([]));
    }
    // The address still leads to whoever has it, with their own password alone.
    let log_in = |password: &str| json!({ "email": victim.email, "password": password });
    let body = log_in(purser_tests::app::PASSWORD);
    let own = house.app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200).json();
    assert_eq!(own["user"]["id"], victim.user_id.as_str());
    house.app.anonymous("POST", "/v1/auth/login", Some(&log_in(slapd::PASSWORD))).await.expect(401);
    // Nor is an address kept from whoever it belongs to.
    house.slapd.change("ann", "mail", "late@example.com").await;
    house.signed_in("ann").await;
    let late = purser_tests::app::founder("Late", "late@example.com");
    house.app.anonymous("POST", "/v1/auth/signup", Some(&late)).await.expect(201);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn roles_follow_groups_and_others_stay(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.map(&[("Sales", "operator"), ("heads", "manager"), ("board", "owner")]).await;
    house.slapd.group("sales", "ann").await;
    let ann = house.signed_in("ann").await;
    assert_eq!(roles(&ann).await, json!(["operator"]));
    // Given here, and no group stands for it.
    let viewer = house.role("viewer").await;
    let literal = |id: &str| purser_tests::database::uuid_literal(engine, id);
    let organization = literal(&house.owner.organization_id);
    let sql = format!(
        "insert into membership_roles (organization_id, id, membership_id, role_id, created_at)
         select organization_id, {}, id, {}, created_at from memberships
         where organization_id = {organization} and user_id = {}",
        literal(&purser_kernel::Id::<()>::generate().to_string()),
        literal(&viewer),
        literal(&ann.user_id),
    );
    house.app.database.owner().await.execute(&sql).await.unwrap();

    house.slapd.remove_group("sales").await;
    house.slapd.group("heads", "ann").await;
    assert_eq!(roles(&house.signed_in("ann").await).await, json!(["manager", "viewer"]));
    house.slapd.group("board", "ann").await;
    assert_eq!(roles(&house.signed_in("ann").await).await, json!(["owner", "manager", "viewer"]));
    house.slapd.remove_group("heads").await;
    house.slapd.remove_group("board").await;
    assert_eq!(roles(&house.signed_in("ann").await).await, json!(["viewer"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_last_owner_stays_whatever_the_groups_say(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.map(&[("board", "owner")]).await;
    house.slapd.group("board", "ann").await;
    assert_eq!(roles(&house.signed_in("ann").await).await, json!(["owner"]));
    let organization = purser_tests::database::uuid_literal(engine, &house.owner.organization_id);
    let founder = purser_tests::database::uuid_literal(engine, &house.owner.user_id);
    let sql = format!(
        "update memberships set status = 'disabled' where organization_id = {organization} and user_id = {founder}"
    );
    house.app.database.owner().await.execute(&sql).await.unwrap();
    house.slapd.remove_group("board").await;
    assert_eq!(roles(&house.signed_in("ann").await).await, json!(["owner"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_disabled_in_the_directory_has_no_session_after_the_next_check(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let (ann, elsewhere) = (house.signed_in("ann").await, house.signed_in("ann").await);
    house.slapd.change("ann", "employeeType", "disabled").await;
    // The directory was asked a moment ago.
    let renewed = house.refresh(&ann).await.expect(200).json();
    let mut ann = ann;
    ann.refresh_token = renewed["refresh_token"].as_str().unwrap().to_owned();

    house.make_due().await;
    assert_eq!(house.refresh(&ann).await.expect(401).problem(), "invalid_refresh_token");
    assert_eq!(house.refresh(&elsewhere).await.expect(401).problem(), "invalid_refresh_token");
    purser_tests::app::eventually("the session to end", || async {
        (elsewhere.get("/v1/me").await.status == 401).then_some(())
    })
    .await;
    house.slapd.change("ann", "employeeType", "clerk").await;
    house.signed_in("ann").await.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_check_that_finds_somebody_renews_and_one_that_finds_nobody_to_ask_waits(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.map(&[("sales", "operator")]).await;
    let mut ann = house.signed_in("ann").await;
    house.slapd.group("sales", "ann").await;
    house.make_due().await;
    let renewed = house.refresh(&ann).await.expect(200).json();
    ann.refresh_token = renewed["refresh_token"].as_str().unwrap().to_owned();
    ann.access_token = renewed["access_token"].as_str().unwrap().to_owned();
    purser_tests::app::eventually("the role of the new group", || async {
        (roles(&ann).await == json!(["operator"])).then_some(())
    })
    .await;

    let House { app, slapd, owner, integration } = house;
    slapd.stop();
    let sql = "update sessions set vouched_until = '2026-01-01 00:00:00+00:00' where vouched_until is not null";
    app.database.owner().await.execute(sql).await.unwrap();
    let body = json!({ "refresh_token": ann.refresh_token });
    let waits = app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await.expect(503);
    assert_eq!(waits.problem(), "provider_unavailable");
    // Switched off: nobody vouches any more.
    let path = format!("/v1/integrations/{}", integration["id"].as_str().unwrap());
    let version = owner.get(&path).await.expect(200).json()["version"].as_i64().unwrap();
    owner.patch(&path, version, &json!({ "is_active": false })).await.expect(200);
    app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await.expect(401);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ten_first_sign_ins_at_once_are_one_person(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let attempts = (0..10).map(|_| house.log_in("ann", slapd::PASSWORD));
    let answers = futures_util::future::join_all(attempts).await;
    let ids: std::collections::BTreeSet<String> = answers
        .into_iter()
        .map(|answer| answer.expect(200).json()["user"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_disabled_here_stays_so(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.signed_in("ann").await;
    let literal = |id: &str| purser_tests::database::uuid_literal(engine, id);
    let sql = format!("update memberships set status = 'disabled' where user_id = {}", literal(&ann.user_id));
    house.app.database.owner().await.execute(&sql).await.unwrap();
    assert_eq!(house.log_in("ann", slapd::PASSWORD).await.expect(401).problem(), "invalid_credentials");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_without_an_address_is_told_so_after_the_right_password_only(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.slapd.person("bob", "no address").await;
    house.log_in("bob", "a guess").await.expect(401);
    assert_eq!(house.log_in("bob", slapd::PASSWORD).await.expect(403).problem(), "identity_incomplete");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_door_of_another_organization_is_none(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let other = house.app.tenant("Somebody Else").await;
    let id = house.integration["id"].as_str().unwrap();
    let body = json!({ "username": "ann", "password": slapd::PASSWORD });
    let nobody = purser_kernel::Id::<()>::generate();
    let mut bodies = Vec::new();
    for (organization, integration) in [
        (other.organization_id.clone(), id.to_owned()),
        (nobody.to_string(), id.to_owned()),
        (house.owner.organization_id.clone(), nobody.to_string()),
    ] {
        let path = format!("/v1/auth/ldap/{organization}/{integration}/login");
        bodies.push(house.app.anonymous("POST", &path, Some(&body)).await.expect(404).body);
    }
    house.owner.patch(&house.path(), 1, &json!({ "is_active": false })).await.expect(200);
    bodies.push(house.log_in("ann", slapd::PASSWORD).await.expect(404).body);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_directory_brings_no_more_members_than_there_may_be(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.slapd.person("bob", "bob@example.com").await;
    let organization = purser_tests::database::uuid_literal(engine, &house.owner.organization_id);
    let sql = format!("update organizations set max_users = 2 where id = {organization}");
    house.app.database.owner().await.execute(&sql).await.unwrap();
    let attempts = ["ann", "bob"].map(|username| house.log_in(username, slapd::PASSWORD));
    let mut statuses: Vec<u16> =
        futures_util::future::join_all(attempts).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}
