//! Rules: those that every organization has, and its own.
use super::{customer, findings, path, predefined, rows};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/pii-rules";

fn staff() -> Value {
    json!({ "name": "Staff numbers", "pii_type": "person", "pattern": "EMP-[0-9]{4}" })
}

fn refused(answer: Answer, pointer: &str, code: &str) {
    let answer = answer.expect(422);
    assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())], "{answer:?}");
}

fn conflict(answer: Answer, problem: &str) {
    assert_eq!(answer.expect(409).problem(), problem);
}

async fn hits(tenant: &Tenant, text: &str) -> Vec<Value> {
    let tested = tenant.post("/v1/pii-rules/test", &json!({ "text": text })).await.expect(200).json();
    tested["hits"].as_array().unwrap().clone()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn predefined_ones_are_turned_off_and_on_and_nothing_else(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let rule = predefined(&tenant, "email").await;
    let types: Vec<_> = rows(&tenant, LIST).await.into_iter().map(|rule| rule["pii_type"].clone()).collect();
    assert_eq!(types, ["iban", "ip", "email", "credit_card", "phone", "ssn"]);
    let rule_path = path(LIST, &rule);
    for change in [
        json!({ "name": "Mine" }),
        json!({ "pattern": "x" }),
        json!({ "pii_type": "person" }),
        json!({ "checksum": "luhn" }),
        json!({ "checksum": null, "is_active": false }),
    ] {
        conflict(tenant.patch(&rule_path, 1, &change).await, "predefined_pii_rule");
    }
    conflict(tenant.delete(&rule_path, 1).await, "predefined_pii_rule");
    let text = "ana@example.com or +44 20 7946 0018";
    assert_eq!(hits(&tenant, text).await.len(), 2);
    let off = tenant.patch(&rule_path, 1, &json!({ "is_active": false })).await.expect(200);
    assert_eq!((off.header("etag"), &off.json()["is_active"]), ("\"2\"", &json!(false)));
    let [hit] = &hits(&tenant, text).await[..] else { panic!("not one hit") };
    assert_eq!(hit["pii_type"], "phone");
    tenant.patch(&rule_path, 1, &json!({ "is_active": true })).await.expect(412);
    tenant.patch(&rule_path, 2, &json!({ "is_active": true })).await.expect(200);
    assert_eq!(hits(&tenant, text).await.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_own_rule_comes_finds_and_goes_with_what_it_found(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let created = tenant.post(LIST, &staff()).await.expect(201);
    let rule = created.json();
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*path(LIST, &rule)));
    assert_eq!(
        (&rule["is_active"], &rule["is_predefined"], &rule["checksum"]),
        (&json!(true), &json!(false), &Value::Null)
    );
    conflict(
        tenant.post(LIST, &json!({ "name": "STAFF numbers", "pii_type": "person", "pattern": "x" })).await,
        "pii_rule_taken",
    );
    let deli = customer(&tenant, "Deli of EMP-0042").await;
    let [finding] = &findings(&tenant, &deli, 1).await[..] else { panic!("not one finding") };
    assert_eq!((&finding["rule_id"], &finding["pii_type"]), (&rule["id"], &json!("person")));

    let rule_path = path(LIST, &rule);
    let change = json!({ "pattern": "[0-9]{8}", "checksum": "luhn", "pii_type": "address" });
    let changed = tenant.patch(&rule_path, 1, &change).await.expect(200).json();
    assert_eq!((&changed["checksum"], &changed["pii_type"]), (&json!("luhn"), &json!("address")));
    assert_eq!(hits(&tenant, "no 12345674, 12345675").await.len(), 1);
    tenant.patch(&rule_path, 2, &json!({ "checksum": null })).await.expect(200);
    assert_eq!(hits(&tenant, "no 12345674, 12345675").await.len(), 2);
    tenant.patch(&rule_path, 3, &json!({ "is_active": false })).await.expect(200);
    assert!(hits(&tenant, "no 12345674, 12345675").await.is_empty());
    assert_eq!(tenant.get(&rule_path).await.expect(200).json()["version"], 4);
    tenant.delete(&rule_path, 4).await.expect(204);
    tenant.get(&rule_path).await.expect(404);
    findings(&tenant, &deli, 0).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_pattern_that_cannot_be_is_refused_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let rule = tenant.create(LIST, &staff()).await;
    for (pattern, code) in [
        ("", "required"),
        ("(", "not_a_pattern"),
        ("(?=x)y", "not_a_pattern"),
        (r"(a)\1", "not_a_pattern"),
        ("[0-9]*", "matches_nothing"),
        ("|x", "matches_nothing"),
        (r"(?:\w{500}){500}", "too_large"),
        ("a\nb", "control_character"),
        (&*"x".repeat(501), "too_long"),
    ] {
        let body = json!({ "name": "Other", "pii_type": "person", "pattern": pattern });
        refused(tenant.post(LIST, &body).await, "/pattern", code);
        refused(tenant.patch(&path(LIST, &rule), 1, &json!({ "pattern": pattern })).await, "/pattern", code);
    }
    refused(tenant.patch(&path(LIST, &rule), 1, &json!({ "checksum": "md5" })).await, "/checksum", "unknown_value");
    // One letter in this case, two in the other.
    for (name, code) in [(" ", "required"), (&*"İ".repeat(40), "too_long")] {
        let body = json!({ "name": name, "pii_type": "person", "pattern": "x" });
        refused(tenant.post(LIST, &body).await, "/name", code);
        refused(tenant.patch(&path(LIST, &rule), 1, &json!({ "name": name })).await, "/name", code);
    }
    assert_eq!(tenant.get(&path(LIST, &rule)).await.expect(200).json(), rule);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn there_are_so_many_and_no_more_also_at_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let body = |number: usize| json!({ "name": format!("Rule {number}"), "pii_type": "person", "pattern": format!("N{number}x") });
    for number in 0..49 {
        tenant.create(LIST, &body(number)).await;
    }
    let bodies = [body(50), body(51), body(52)];
    let (one, other, third) =
        tokio::join!(tenant.post(LIST, &bodies[0]), tenant.post(LIST, &bodies[1]), tenant.post(LIST, &bodies[2]));
    let mut statuses = [one.status, other.status, third.status].map(|status| status.to_string());
    statuses.sort_unstable();
    assert_eq!(statuses, ["201", "409", "409"]);
    conflict(tenant.post(LIST, &body(60)).await, "too_many_pii_rules");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_text_is_tried_and_not_kept(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let text = "Grüße! IBAN DE89 3704 0044 0532 0130 00";
    let tested = tenant.post("/v1/pii-rules/test", &json!({ "text": text })).await.expect(200).json();
    let hit = &tested["hits"][0];
    assert_eq!((&hit["pii_type"], super::at(text, hit)), (&json!("iban"), "DE89 3704 0044 0532 0130 00".to_owned()));
    assert_eq!(tested["masked"], "Grüße! IBAN DE** **** **** **** **30 00");
    refused(tenant.post("/v1/pii-rules/test", &json!({ "text": "x".repeat(20_001) })).await, "/text", "too_long");
    assert!(rows(&tenant, "/v1/pii-findings").await.is_empty());
}
