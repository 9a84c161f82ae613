//! Somebody else holds a lock, such as a person at a database prompt.
use purser_tests::{
    app::{Tenant, TestApp, eventually, grocery},
    database::{Engine, Raw, TestDatabase},
    program::Program,
    whatsapp,
};
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use tokio::sync::Mutex;

const IMPATIENT: [(&str, &str); 1] = [("PURSER_DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1")];

/// Holds the rows of `table` that match until it is dropped.
async fn hold(database: &TestDatabase, table: &str, matching: &str) -> Raw {
    let mut owner = database.owner().await;
    owner.execute("begin").await.unwrap();
    let rows = owner.rows(&format!("select 'held' from {table} where {matching} for update")).await.unwrap();
    assert!(!rows.is_empty(), "there is something to be held");
    owner
}

#[tokio::test]
async fn a_write_that_waits_too_long_for_a_row_can_be_sent_again() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let program = Program::start_with(&database, &[], &IMPATIENT).await;
    let tenant = program.tenant("olive@example.com").await;
    let customer = tenant.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    let path = format!("/v1/customers/{}", customer["id"].as_str().unwrap());

    let held = hold(&database, "customers", "business_name = 'Corner Café'").await;
    let change = json!({ "business_name": "Corner Bistro" });
    let refused = tenant.patch(&path, 1, &change).await.expect(503);
    assert_eq!(refused.problem(), "unavailable");
    assert!(!refused.header("retry-after").is_empty());
    // Everybody else is served meanwhile.
    tenant.get(&path).await.expect(200);
    let created = json!({ "business_name": "Harbour Inn" });
    tenant.post_keyed("/v1/customers", "before", &created).await.expect(201);

    drop(held);
    let changed = tenant.patch(&path, 1, &change).await.expect(200).json();
    assert_eq!((&changed["business_name"], &changed["version"]), (&json!("Corner Bistro"), &json!(2)));
}

#[tokio::test]
async fn the_same_key_has_its_effect_once_after_a_lock_was_in_its_way() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let program = Program::start_with(&database, &[], &IMPATIENT).await;
    let tenant = program.tenant("olive@example.com").await;
    tenant.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    let body = json!({ "business_name": "Harbour Inn" });

    let held = hold(&database, "number_sequences", "name = 'customer_codes'").await;
    for _ in 0..2 {
        tenant.post_keyed("/v1/customers", "key", &body).await.expect(503);
    }
    drop(held);

    let first = tenant.post_keyed("/v1/customers", "key", &body).await.expect(201);
    let second = tenant.post_keyed("/v1/customers", "key", &body).await.expect(201);
    assert_eq!(first.body, second.body);
    assert_eq!(first.json()["customer_code"], "C-00002", "no number was lost");
}

#[tokio::test]
async fn a_job_that_meets_a_lock_is_done_when_it_is_gone_and_others_meanwhile() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let program = Program::start_with(&database, &[], &IMPATIENT).await;
    let mut shops = Vec::new();
    for number in 1..=2 {
        let tenant = program.tenant(&format!("olive{number}@example.com")).await;
        grocery(&tenant).await;
        let whatsapp = format!("491511234567{number}");
        tenant.customer("Corner Café", &whatsapp).await;
        shops.push((tenant.clone(), tenant.connect_whatsapp().await, whatsapp));
    }
    let write = async |(tenant, callback, from): &(Tenant, String, String)| {
        tenant.deliver(callback, &whatsapp::messages(&[whatsapp::text(from, "1 white bread")])).await.expect(200);
    };
    for shop in &shops {
        write(shop).await;
        shop.0.order_with_status("pending").await;
    }

    let held = hold(&database, "orders", &format!("organization_id = '{}'", shops[0].0.organization_id)).await;
    let quantity = async |tenant: &Tenant| {
        tenant.get("/v1/orders").await.expect(200).json()["data"][0]["lines"][0]["quantity"].clone()
    };
    for shop in &shops {
        write(shop).await;
    }
    let (blocked, free) = (&shops[0].0, &shops[1].0);
    eventually("the other's message to be read", || async { (quantity(free).await == "2").then_some(()) }).await;
    eventually("an attempt to fail", || async {
        let failed = "select last_error from jobs where last_error = 'unavailable'";
        (!database.owner().await.rows(failed).await.unwrap().is_empty()).then_some(())
    })
    .await;
    assert_eq!(quantity(blocked).await, "1");

    drop(held);
    eventually("the message to be read", || async { (quantity(blocked).await == "2").then_some(()) }).await;
}

/// What is in the way of the first message: its own event, or its conversation, which its event does not know yet.
#[rstest]
#[case::event("inbound_events", "id = (select id from inbound_events where status = 'received' order by id limit 1)")]
#[case::conversation("conversations", "true")]
#[tokio::test]
async fn a_message_does_not_overtake_one_that_is_held_for_long(#[case] table: &str, #[case] matching: &str) {
    let Some(mut app) = TestApp::start(Engine::Postgres).await else { return };
    let tenant = app.tenant("Harbour Wholesale").await;
    let callback = tenant.connect_whatsapp().await;
    let write = async |tenant: &Tenant, text: &str| {
        tenant.deliver(&callback, &whatsapp::messages(&[whatsapp::text("4915112345678", text)])).await.expect(200);
    };
    write(&tenant, "hello").await;
    messages(&tenant, 1).await;
    app.restart_with(|config| config.workers = 0).await;
    let tenant = tenant.at(&app.url);
    write(&tenant, "first").await;
    write(&tenant, "second").await;
    let held = hold(&app.database, table, matching).await;
    app.restart_with(|config| config.database_acquire_timeout = Duration::from_millis(200)).await;
    let raw = Mutex::new(app.database.owner().await);
    eventually("both jobs to have waited in vain", || async {
        let failed = "select id::text from jobs where last_error = 'unavailable'";
        (raw.lock().await.rows(failed).await.unwrap().len() == 2).then_some(())
    })
    .await;
    let waiting = "select id::text from inbound_events where status = 'received'";
    assert_eq!(raw.lock().await.rows(waiting).await.unwrap().len(), 2);

    drop(held);
    assert_eq!(messages(&tenant.at(&app.url), 3).await, ["second", "first", "hello"]);
}

/// Waits for so many messages in the one conversation, and returns them, the newest first.
async fn messages(tenant: &Tenant, count: usize) -> Vec<String> {
    eventually("the messages", || async {
        let inbox = tenant.get("/v1/conversations").await.expect(200).json();
        let id = inbox["data"][0]["id"].as_str()?;
        let messages = tenant.get(&format!("/v1/conversations/{id}/messages")).await.expect(200).json();
        let messages = messages["data"].as_array().unwrap().iter();
        let messages: Vec<_> = messages.map(|message| message["content"].as_str().unwrap().to_owned()).collect();
        (messages.len() == count).then_some(messages)
    })
    .await
}
