//! API keys as a client sees them.
use purser_kernel::Permission;
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

const KEYS: &str = "/v1/api-keys";

fn webshop() -> Value {
    json!({ "name": "Webshop", "scopes": ["products.read", "orders.read"] })
}

/// The key's program.
fn program(owner: &Tenant, issued: &Value) -> Tenant {
    owner.with_token(issued["secret"].as_str().unwrap())
}

fn path(key: &Value) -> String {
    format!("{KEYS}/{}", key["id"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_is_shown_once_and_does_what_its_scopes_say(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let answer = owner.post(KEYS, &webshop()).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let issued = answer.json();
    assert_eq!(answer.header("location"), path(&issued));
    let secret = issued["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 101, "{secret}");
    assert!(secret.starts_with(issued["prefix"].as_str().unwrap()) && secret.starts_with("purser_"), "{issued}");
    let program = program(&owner, &issued);
    program.get("/v1/products").await.expect(200);
    let forbidden = program.get("/v1/customers").await.expect(403);
    assert_eq!(
        (forbidden.problem().as_str(), &forbidden.json()["permission"]),
        ("forbidden", &json!("customers.read"))
    );
    for path in ["/v1/me", "/v1/me/", "/v1/auth/logout"] {
        let method = if path.ends_with("logout") { "POST" } else { "GET" };
        let answer = Answer::of(program.request(method, path)).await;
        assert!([403, 404].contains(&answer.status), "{path}: {answer:?}");
    }
    assert_eq!(program.get("/v1/me").await.expect(403).problem(), "person_required");
    // Neither the list nor the trail knows the secret.
    let shown = owner.get(&path(&issued)).await.expect(200);
    let listed = owner.get(KEYS).await.expect(200);
    let trail = owner.get("/v1/audit-logs?action=api_key.create").await.expect(200);
    for answer in [&shown, &listed, &trail] {
        assert!(!answer.body.contains(&secret[30..]) && !answer.body.contains("hash"), "{answer:?}");
    }
    assert_eq!(shown.json()["scopes"], json!(["products.read", "orders.read"]));
    assert_eq!(trail.json()["data"][0]["resource_id"], issued["id"]);
    // What a program does is written down as its doing.
    let writer = owner.program(Permission::ProductsManage.into()).await;
    let body = json!({ "sku": "A", "name": "A", "unit": "piece", "base_price": "1", "currency": "EUR" });
    writer.post("/v1/products", &body).await.expect(201);
    let trail = owner.get("/v1/audit-logs?action=product.create").await.expect(200).json();
    assert_eq!(trail["data"][0]["actor_kind"], "api_key");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gives_a_key_what_they_do_not_hold(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, Permission::ApiKeysManage | Permission::OrdersRead).await;
    let refused = member.post(KEYS, &webshop()).await.expect(403);
    assert_eq!(refused.json()["permission"], "products.read");
    let scopes = |names: Value| json!({ "name": "Key", "scopes": names });
    let answer = owner.post(KEYS, &scopes(json!(["orders.read", "orders.fly"]))).await.expect(422);
    assert_eq!(answer.errors(), [("/scopes/1".to_owned(), "invalid_value".to_owned())]);
    let decisions: Vec<&str> = Permission::decisions().iter().map(Permission::as_str).collect();
    for decision in decisions {
        let answer = owner.post(KEYS, &scopes(json!(["orders.read", decision]))).await.expect(422);
        assert_eq!(answer.errors(), [("/scopes/1".to_owned(), "decision".to_owned())], "{decision}");
    }
    let nonsense = json!({
        "name": " ", "scopes": [], "expires_at": "2026-01-01T00:00:00Z", "allowed_ips": ["10.0.0.0/8", "10.0.0.0/40"],
    });
    let expected = [
        ("/name", "required"),
        ("/scopes", "required"),
        ("/expires_at", "in_the_past"),
        ("/allowed_ips/1", "not_a_network"),
    ];
    let answer = owner.post(KEYS, &nonsense).await.expect(422);
    assert_eq!(answer.errors(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let mut nowhere = webshop();
    nowhere["allowed_ips"] = json!([]);
    assert_eq!(owner.post(KEYS, &nowhere).await.expect(422).errors()[0].0, "/allowed_ips");
    // Nor do they learn the secret of a key that can do more than they.
    let strong = owner.create(KEYS, &webshop()).await;
    assert_eq!(member.verb(&format!("{}/rotate", path(&strong))).await.expect(403).problem(), "forbidden");
    program(&owner, &strong).get("/v1/products").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_revoked_key_is_worth_nothing_at_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let issued = owner.create(KEYS, &webshop()).await;
    let program = program(&owner, &issued);
    program.get("/v1/products").await.expect(200);
    for _ in 0..2 {
        Answer::of(owner.request("DELETE", &path(&issued))).await.expect(204);
    }
    assert_eq!(program.get("/v1/products").await.expect(401).problem(), "unauthenticated");
    assert!(owner.get(&path(&issued)).await.expect(200).json()["revoked_at"].is_string());
    let rotated = owner.verb(&format!("{}/rotate", path(&issued))).await.expect(409);
    assert_eq!(rotated.problem(), "api_key_ended");
    let trail = owner.get("/v1/audit-logs?action=api_key.revoke").await.expect(200).json();
    assert_eq!(trail["data"].as_array().unwrap().len(), 1);
    // Whatever is wrong with a key, the answer is the same, and nothing of it stands there.
    let other = app.tenant("Other").await;
    let foreign = other.create(KEYS, &webshop()).await["secret"].as_str().unwrap().to_owned();
    let first = |text: &str, length: usize| text.chars().take(length).collect::<String>();
    let gone = issued["secret"].as_str().unwrap();
    let mixed = format!("{}{}", first(&foreign, 29), &gone[29..]);
    let expected = program.get("/v1/products").await.body;
    for token in ["purser_", &mixed, &first(gone, 100), &gone.to_lowercase(), &"purser_".repeat(1_000)] {
        assert_eq!(owner.with_token(token).get("/v1/products").await.expect(401).body, expected, "{token}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_rotated_key_has_two_secrets_for_a_while(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let issued = owner.create(KEYS, &webshop()).await;
    let rotate = format!("{}/rotate", path(&issued));
    let first = program(&owner, &issued);
    let second = program(&owner, &owner.verb(&rotate).await.expect(200).json());
    for program in [&first, &second] {
        program.get("/v1/products").await.expect(200);
    }
    // Of three, the oldest is worth nothing, and without an overlap the one before neither.
    let third = program(&owner, &owner.post(&rotate, &json!({ "overlap_seconds": 60 })).await.expect(200).json());
    assert_eq!(first.get("/v1/products").await.expect(401).problem(), "unauthenticated");
    second.get("/v1/products").await.expect(200);
    let fourth = program(&owner, &owner.post(&rotate, &json!({ "overlap_seconds": 0 })).await.expect(200).json());
    third.get("/v1/products").await.expect(401);
    fourth.get("/v1/products").await.expect(200);
    let long = owner.post(&rotate, &json!({ "overlap_seconds": 604_801 })).await.expect(422);
    assert_eq!(long.errors(), [("/overlap_seconds".to_owned(), "out_of_range".to_owned())]);
    // A retry whose answer was lost brings the same secret.
    let keyed = async || {
        let request = owner.request("POST", &rotate).header("Idempotency-Key", "rotate-1").json(&json!({}));
        Answer::of(request).await.expect(200).body
    };
    assert_eq!(keyed().await, keyed().await);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_works_from_where_it_may_be_used(#[case] engine: Engine) {
    let trusting = |config: &mut purser_api::Config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.workers = 0;
    };
    let Some(app) = TestApp::start_with(engine, trusting).await else { return };
    let owner = app.tenant("Acme").await;
    let mut body = webshop();
    body["allowed_ips"] = json!(["192.0.2.7", "::ffff:198.51.100.0/120", "2001:DB8::/32"]);
    let issued = owner.create(KEYS, &body).await;
    assert_eq!(issued["allowed_ips"], json!(["192.0.2.7/32", "198.51.100.0/24", "2001:db8::/32"]));
    let program = program(&owner, &issued);
    let from = async |address: &str| {
        Answer::of(program.request("GET", "/v1/products").header("X-Forwarded-For", address)).await
    };
    for inside in ["192.0.2.7", "::ffff:192.0.2.7", "198.51.100.200", "2001:db8:1::1", "192.0.2.8, 192.0.2.7"] {
        from(inside).await.expect(200);
    }
    let unknown = owner.with_token("purser_x").get("/v1/products").await.expect(401).body;
    for outside in ["192.0.2.8", "2001:db9::1", "192.0.2.7, 192.0.2.8", "127.0.0.1", "nonsense"] {
        assert_eq!(from(outside).await.expect(401).body, unknown, "{outside}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_shrinks_with_its_creator(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let allowed = Permission::ApiKeysManage | Permission::ProductsRead | Permission::OrdersRead;
    let member = app.member(&owner, allowed).await;
    let program = member.program(Permission::ProductsRead | Permission::OrdersRead).await;
    program.get("/v1/products").await.expect(200);
    let set = async |assignment: &str| {
        let person = uuid_literal(engine, &member.user_id);
        let organization = uuid_literal(engine, &owner.organization_id);
        let sql = format!(
            "update memberships set {assignment} where organization_id = {organization} and user_id = {person}"
        );
        app.database.owner().await.execute(&sql).await.unwrap();
    };
    let answers = async |path: &str, status: u16| {
        eventually("the creator's change to be noticed", || async {
            (program.get(path).await.status == status).then_some(())
        })
        .await;
    };
    set(r#"extra_permissions = '{"grants": ["orders.read"], "denials": []}'"#).await;
    answers("/v1/products", 403).await;
    program.get("/v1/orders").await.expect(200);
    set("status = 'disabled'").await;
    answers("/v1/orders", 401).await;
    set("status = 'active'").await;
    answers("/v1/orders", 200).await;
    let person = uuid_literal(engine, &member.user_id);
    app.database
        .owner()
        .await
        .execute(&format!("update users set is_active = false where id = {person}"))
        .await
        .unwrap();
    answers("/v1/orders", 401).await;
}

/// Whoever rotates a key learns its secret: it must not outlive their own place in the organization.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_is_bound_to_whoever_made_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let allowed = Permission::ApiKeysManage | Permission::ProductsRead | Permission::OrdersRead;
    let rotator = app.member(&owner, allowed).await;
    let issued = owner.create(KEYS, &webshop()).await;
    let first = program(&owner, &issued);
    let rotated = rotator.verb(&format!("{}/rotate", path(&issued))).await.expect(200).json();
    assert_eq!(rotated["created_by"], owner.user_id);
    let second = program(&owner, &rotated);
    for program in [&first, &second] {
        program.get("/v1/orders").await.expect(200);
    }
    let members = owner.get("/v1/members").await.expect(200).json();
    let member = members["data"].as_array().unwrap().iter().find(|member| member["user_id"] == rotator.user_id);
    let member = format!("/v1/members/{}", member.unwrap()["id"].as_str().unwrap());
    // It goes no further than they do …
    let fewer = json!({ "grants": ["api_keys.manage", "products.read"], "denials": [] });
    owner.put(&format!("{member}/permissions"), &fewer).await.expect(200);
    second.get("/v1/products").await.expect(200);
    second.get("/v1/orders").await.expect(403);
    first.get("/v1/orders").await.expect(200);
    // … and without them it is worth nothing, while the one that its creator made still is.
    owner.verb(&format!("{member}/disable")).await.expect(200);
    second.get("/v1/products").await.expect(401);
    first.get("/v1/products").await.expect(200);
    owner.verb(&format!("{member}/enable")).await.expect(200);
    second.get("/v1/products").await.expect(200);
    let version = owner.get(&member).await.expect(200).json()["version"].as_i64().unwrap();
    owner.delete(&member, version).await.expect(204);
    second.get("/v1/products").await.expect(401);
    first.get("/v1/products").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_says_when_it_was_used_last(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let issued = owner.create(KEYS, &webshop()).await;
    assert_eq!(owner.get(&path(&issued)).await.expect(200).json()["last_used_at"], Value::Null);
    let program = program(&owner, &issued);
    for _ in 0..3 {
        program.get("/v1/products").await.expect(200);
    }
    let used = async || {
        let shown = owner.get(&path(&issued)).await.expect(200).json();
        shown["last_used_at"].as_str().map(str::to_owned)
    };
    let first = eventually("the use to be written", used).await;
    program.get("/v1/products").await.expect(200);
    assert_eq!(used().await, Some(first), "written once a minute at most");
}
