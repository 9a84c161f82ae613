//! Personal data leaves the trail, and every seal stays whole.
use crate::trail::Trail;
use purser_compliance::proof::proof;
use purser_kernel::{Permission, PermissionSet, Scope};
use purser_tests::{app::Answer, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

const EMAIL: &str = "quentin.quay@example.com";

/// Whether the text stands anywhere in the trail, whoever looks.
async fn is_kept(trail: &Trail, text: &str) -> bool {
    let mut found = false;
    for (table, column) in [("audit_logs", "changes"), ("audit_details", "details")] {
        let sql = format!("select cast(count(*) as text) from {table} where cast({column} as text) like '%{text}%'");
        found |= trail.find(&sql).await != "0";
    }
    found
}

async fn customer(trail: &Trail) -> Value {
    let body = json!({
        "business_name": "Quay Deli", "email": EMAIL, "phone": "+49 30 123456",
        "contacts": [{ "name": "Quentin Quay", "email": EMAIL }],
    });
    let request = trail.tenant.request("POST", "/v1/customers").header("User-Agent", "suite/1");
    Answer::of(request.json(&body)).await.expect(201).json()
}

async fn entry(trail: &Trail, customer: &Value) -> Value {
    let path = format!("/v1/audit-logs?resource_id={}", customer["id"].as_str().unwrap());
    trail.tenant.get(&path).await.expect(200).json()["data"][0].clone()
}

async fn erase(trail: &Trail, body: &Value) -> Answer {
    trail.tenant.post("/v1/audit-logs/erase-details", body).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_personal_goes_and_the_seal_stays(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let customer = customer(&trail).await;
    let before = entry(&trail, &customer).await;
    assert_eq!((&before["changes"]["after"]["email"], &before["is_erased"]), (&json!(EMAIL), &json!(false)));
    assert_eq!((&before["ip"], &before["user_agent"]), (&json!("127.0.0.1"), &json!("suite/1")));
    trail.seal().await;
    assert!(is_kept(&trail, EMAIL).await);

    let body = json!({ "resource_id": customer["id"], "reason": "asked to be forgotten" });
    assert_eq!(erase(&trail, &body).await.expect(200).json(), json!({ "erased": 1, "next": null }));
    assert!(!is_kept(&trail, EMAIL).await && !is_kept(&trail, "Quentin Quay").await);
    let after = entry(&trail, &customer).await;
    assert_eq!((&after["changes"]["after"]["email"], &after["ip"]), (&json!("[personal]"), &Value::Null));
    assert_eq!(after["changes"]["after"]["business_name"], "Quay Deli");
    assert_eq!((&after["id"], &after["is_erased"]), (&before["id"], &json!(true)));
    let report = trail.verify().await;
    assert!(report.is_whole() && report.erased == 1, "{report:?}");
    let scope = Scope { permissions: PermissionSet::all(), ..Scope::system(trail.organization(), "test") };
    let tx = trail.store().read(&scope).await.unwrap();
    let proof = proof(&tx, after["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    assert!(proof.inclusion.unwrap().verify(&proof.entry, &trail.keys().await));
    drop(tx);

    // Again there is nothing left, and each time stands in the trail.
    assert_eq!(erase(&trail, &body).await.expect(200).json()["erased"], 0);
    let trace = trail.tenant.get("/v1/audit-logs?action=audit_log.erase_details").await.expect(200).json();
    let erased: Vec<_> =
        trace["data"].as_array().unwrap().iter().map(|entry| &entry["changes"]["after"]["erased"]).collect();
    assert_eq!(erased, [&json!(0), &json!(1)]);
    assert_eq!(trace["data"][0]["changes"]["after"]["reason"], "asked to be forgotten");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn where_somebody_was_goes_for_all_that_they_did(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let colleague = trail.app.member(&trail.tenant, Permission::CustomersManage.into()).await;
    colleague.customer("Their customer", "4915112345679").await;
    let body = json!({ "actor_id": colleague.user_id, "reason": "has left" });
    let erased = erase(&trail, &body).await.expect(200).json()["erased"].as_u64().unwrap();
    assert!(erased >= 1, "{erased}");
    let theirs = format!("/v1/audit-logs?actor_id={}", colleague.user_id);
    let theirs = trail.tenant.get(&theirs).await.expect(200).json();
    assert!(theirs["data"].as_array().unwrap().iter().all(|entry| entry["ip"].is_null()));
    let others = trail.tenant.get("/v1/audit-logs?action=product.create").await.expect(200).json();
    assert!(others["data"].as_array().unwrap().iter().all(|entry| entry["ip"] == "127.0.0.1"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_empties_the_trail_by_leaving_something_out(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let customer = customer(&trail).await;
    let refused = |body: Value, pointer: &'static str| {
        let trail = &trail;
        async move {
            let answer = erase(trail, &body).await.expect(422);
            assert_eq!(answer.errors()[0].0, pointer, "{answer:?}");
        }
    };
    refused(json!({ "reason": "all of it" }), "/resource_id").await;
    refused(json!({ "resource_id": customer["id"], "reason": " " }), "/reason").await;
    let nobody = "01a1fa5a-0000-7000-8000-000000000000";
    refused(json!({ "resource_id": nobody, "reason": "gone" }), "/resource_id").await;
    refused(json!({ "actor_id": nobody, "reason": "gone" }), "/actor_id").await;
    assert!(is_kept(&trail, EMAIL).await);
    // Whoever may do everything that an admin may is not enough.
    let admin = PermissionSet::all() - Permission::AuditErase;
    let admin = trail.app.member(&trail.tenant, admin).await;
    let body = json!({ "resource_id": customer["id"], "reason": "to hide it" });
    admin.post("/v1/audit-logs/erase-details", &body).await.expect(403);
    assert!(is_kept(&trail, EMAIL).await);
}

/// More than one transaction looks at: whoever goes on with `next` comes to an end, and nothing is left.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ten_thousand_at_once_and_then_the_next(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let client = purser_kernel::Client { ip: Some("192.0.2.1".to_owned()), user_agent: None };
    let user = purser_kernel::Actor::User(trail.tenant.user_id.parse().unwrap());
    let scope = Scope { client, actor: user, ..Scope::system(trail.organization(), "many") };
    for _ in 0..2 {
        let tx = trail.store().write(&scope).await.unwrap();
        tx.audit_many((0..5_500).map(|_| purser_store::AuditEntry::of_many("test.many", "test"))).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut body = json!({ "actor_id": trail.tenant.user_id, "reason": "has left" });
    let first = erase(&trail, &body).await.expect(200).json();
    assert_eq!(first["erased"], 10_000);
    body["after"] = first["next"].clone();
    let rest = erase(&trail, &body).await.expect(200).json();
    assert!(rest["erased"].as_u64().unwrap() >= 1_000 && rest["next"].is_null(), "{rest}");
    assert!(!is_kept(&trail, "192.0.2.1").await);
}
