//! What is found in what people write, and what they make of it.
use super::{at, customer, findings, path, rows};
use purser_compliance::pii::scan::Sweep;
use purser_store::jobs::NewJob;
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::Engine,
    whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};

async fn rename(tenant: &Tenant, customer: &Value, name: &str) {
    let path = path("/v1/customers", customer);
    let version = tenant.get(&path).await.expect(200).json()["version"].as_i64().unwrap();
    tenant.patch(&path, version, &json!({ "business_name": name })).await.expect(200);
}

async fn review(tenant: &Tenant, finding: &Value, verdict: &str) -> Value {
    let path = format!("{}/review", path("/v1/pii-findings", finding));
    tenant.post(&path, &json!({ "verdict": verdict })).await.expect(200).json()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_message_is_looked_at_and_only_places_are_kept(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let callback = tenant.connect_whatsapp().await;
    let text = "Grüße 🥖! Call Ana at +44 20 7946 0018 or mail ana.diaz@example.com, card 4242 4242 4242 4242";
    tenant.deliver(&callback, &whatsapp::messages(&[whatsapp::text("4915112345678", text)])).await.expect(200);
    let found = eventually("three findings", || async {
        Some(rows(&tenant, "/v1/pii-findings?resource=message").await).filter(|found| found.len() == 3)
    })
    .await;
    let mut said: Vec<_> =
        found.iter().map(|finding| (finding["pii_type"].as_str().unwrap(), at(text, finding))).collect();
    said.sort_unstable();
    let right =
        [("credit_card", "4242 4242 4242 4242"), ("email", "ana.diaz@example.com"), ("phone", "+44 20 7946 0018")];
    assert_eq!(said, right.map(|(pii_type, value)| (pii_type, value.to_owned())));
    assert!(found.iter().all(|finding| finding["field"] == "content" && finding["confidence"].as_f64() > Some(0.8)));
    // Neither the row nor its answer has the value.
    let mark = match engine {
        Engine::Sqlite => "hex(mark)",
        Engine::Postgres => "encode(mark, 'hex')",
    };
    let columns = format!("field, {mark} as mark, resource, pii_type");
    let kept = app.database.owner().await.rows(&format!("select {columns} from pii_findings")).await.unwrap();
    for (_, value) in right {
        assert!(!format!("{kept:?}{found:?}").contains(value));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn orders_and_what_labels_say_are_looked_at(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    purser_tests::app::grocery(&tenant).await;
    let deli = tenant.customer("Corner Café", "4915112345678").await;
    let callback = tenant.connect_whatsapp().await;
    tenant
        .deliver(&callback, &whatsapp::messages(&[whatsapp::text("4915112345678", "4 white bread")]))
        .await
        .expect(200);
    let order = tenant.order_with_status("pending").await;
    let notes = json!({ "notes": "ring +44 20 7946 0018", "customer_reference": "ana@example.com" });
    tenant.patch(&path("/v1/orders", &order), order["version"].as_i64().unwrap(), &notes).await.expect(200);
    let found = findings(&tenant, &order, 2).await;
    let fields: Vec<_> =
        found.iter().map(|finding| (&finding["field"], &finding["pii_type"], &finding["resource"])).collect();
    let (order, email, phone) = (json!("order"), json!("email"), json!("phone"));
    assert_eq!(fields, [(&json!("customer_reference"), &email, &order), (&json!("notes"), &phone, &order)]);

    let label = tenant.create("/v1/customer-labels", &json!({ "name": "Driver", "color": "#000000" })).await;
    let labelled = format!("{}/labels/{}", path("/v1/customers", &deli), label["id"].as_str().unwrap());
    tenant.put(&labelled, &json!({ "value": "ask tom@example.com" })).await.expect(200);
    assert_eq!(findings(&tenant, &deli, 1).await[0]["field"], "labels");
    tenant.put(&labelled, &json!({ "value": "ask Tom" })).await.expect(200);
    findings(&tenant, &deli, 0).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn own_numbers_of_products_and_orders_are_nobodys(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    // One that would be a card, one that would be a telephone number, one with a space in it.
    for sku in ["4242424242424242", "020-7946-0018", "0171 9973185"] {
        let product = json!({ "sku": sku, "name": sku, "unit": "piece", "base_price": "1", "currency": "EUR" });
        tenant.create("/v1/products", &product).await;
    }
    let name = "card 4242424242424242, call (020-7946-0018) or 0171 9973185 or 020-7946-0019";
    let deli = customer(&tenant, name).await;
    let [finding] = &findings(&tenant, &deli, 1).await[..] else { panic!("not one finding") };
    assert_eq!(at(name, finding), "020-7946-0019");
    // Where there is no such product it is one.
    let other = app.tenant("Other").await;
    let theirs = customer(&other, name).await;
    findings(&other, &theirs, 4).await;

    let sql = "update orders set number = '+44 20 7946 0020'";
    purser_tests::app::grocery(&tenant).await;
    tenant.customer("Corner Café", "4915112345678").await;
    let callback = tenant.connect_whatsapp().await;
    tenant
        .deliver(&callback, &whatsapp::messages(&[whatsapp::text("4915112345678", "4 white bread")]))
        .await
        .expect(200);
    tenant.order_with_status("pending").await;
    app.database.owner().await.execute(sql).await.unwrap();
    let name = "about +44 20 7946 0020, mail ana@example.com";
    let deli = customer(&tenant, name).await;
    let [finding] = &findings(&tenant, &deli, 1).await[..] else { panic!("not one finding") };
    assert_eq!(finding["pii_type"], "email");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_text_has_other_findings_and_the_same_one_the_same(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let deli = customer(&tenant, "ana@example.com, ben@example.com, ana@example.com").await;
    let before = findings(&tenant, &deli, 3).await;
    // Again, and at once.
    for _ in 0..3 {
        rename(&tenant, &deli, "ana@example.com, ben@example.com, ana@example.com").await;
    }
    app.settle().await;
    assert_eq!(findings(&tenant, &deli, 3).await, before);
    review(&tenant, &before[0], "confirmed").await;

    let name = "new: tom@example.com and ana@example.com";
    rename(&tenant, &deli, name).await;
    app.settle().await;
    let after = findings(&tenant, &deli, 2).await;
    assert_eq!([at(name, &after[0]), at(name, &after[1])], ["tom@example.com", "ana@example.com"]);
    // What was confirmed moves with its value.
    assert_eq!((&after[1]["id"], &after[1]["verdict"]), (&before[0]["id"], &json!("confirmed")));
    assert_eq!(after[0]["verdict"], Value::Null);
    rename(&tenant, &deli, "nobody").await;
    findings(&tenant, &deli, 0).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_false_alarm_does_not_come_back(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let deli = customer(&tenant, "dock +44 20 7946 0018").await;
    let alarm = findings(&tenant, &deli, 1).await.remove(0);
    let reviewed = review(&tenant, &alarm, "false_alarm").await;
    assert_eq!((&reviewed["verdict"], &reviewed["reviewed_by"]), (&json!("false_alarm"), &json!(tenant.user_id)));
    assert!(reviewed["reviewed_at"].is_string());
    // Elsewhere in the text, twice, gone and back: it stays what it is.
    for name in ["and dock +44 20 7946 0018", "+44 20 7946 0018 +44 20 7946 0018", "nothing", "dock +44 20 7946 0018"] {
        rename(&tenant, &deli, name).await;
        app.settle().await;
        assert_eq!(findings(&tenant, &deli, 1).await[0]["id"], alarm["id"], "{name}");
    }
    rename(&tenant, &deli, "dock +44 20 7946 0019").await;
    app.settle().await;
    let open = rows(&tenant, "/v1/pii-findings?is_reviewed=false").await;
    assert_eq!(open.len(), 1);
    assert_ne!(open[0]["id"], alarm["id"]);
    // Another verdict takes its place, and the trail has both.
    assert_eq!(review(&tenant, &alarm, "confirmed").await["verdict"], "confirmed");
    assert_eq!(review(&tenant, &alarm, "confirmed").await["verdict"], "confirmed");
    assert_eq!(rows(&tenant, "/v1/audit-logs?action=pii_finding.review").await.len(), 2);
    // Two reviewers at once are one after the other.
    let path = format!("{}/review", path("/v1/pii-findings", &open[0]));
    let (yes, no) = (json!({ "verdict": "confirmed" }), json!({ "verdict": "false_alarm" }));
    let (one, other) = tokio::join!(tenant.post(&path, &yes), tenant.post(&path, &no));
    one.expect(200);
    other.expect(200);
    assert_eq!(rows(&tenant, "/v1/audit-logs?action=pii_finding.review").await.len(), 4);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_list_has_what_is_asked_for(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let deli = customer(&tenant, "ana@example.com, see 020 7946 0018").await;
    let found = findings(&tenant, &deli, 2).await;
    review(&tenant, &found[0], "confirmed").await;
    for (query, count) in [
        ("resource=customer", 2),
        ("resource=order", 0),
        ("pii_type=email", 1),
        ("pii_type=iban", 0),
        ("verdict=confirmed", 1),
        ("verdict=false_alarm", 0),
        ("is_reviewed=true", 1),
        ("is_reviewed=false", 1),
        ("min_confidence=0.9", 1),
        ("min_confidence=0.1&pii_type=phone", 1),
        ("limit=1", 1),
    ] {
        assert_eq!(rows(&tenant, &format!("/v1/pii-findings?{query}")).await.len(), count, "{query}");
    }
    for query in ["pii_type=x", "verdict=x", "min_confidence=1.1", "min_confidence=-1", "min_confidence=NaN"] {
        tenant.get(&format!("/v1/pii-findings?{query}")).await.expect(422);
    }
    assert_eq!(tenant.get(&path("/v1/pii-findings", &found[1])).await.expect(200).json(), found[1]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_deleted_takes_its_findings_along(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let gone = customer(&tenant, "ana@example.com").await;
    let stays = customer(&tenant, "ben@example.com").await;
    let alarm = findings(&tenant, &gone, 1).await.remove(0);
    review(&tenant, &alarm, "false_alarm").await;
    findings(&tenant, &stays, 1).await;
    tenant.delete(&path("/v1/customers", &gone), 1).await.expect(204);
    let tx = app.app().services().store.system().await.unwrap();
    tx.enqueue(NewJob::new(Sweep::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    app.settle().await;
    findings(&tenant, &gone, 0).await;
    findings(&tenant, &stays, 1).await;
}
