//! Killed with SIGKILL.
use crate::program::Program;
use purser_tests::{
    app::grocery,
    database::{Engine, TestDatabase},
    whatsapp,
};
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;

const NUMBER: &str = "4915112345678";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn after_the_webhooks_200_the_draft_is_made_at_the_next_start(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    // Without workers the job is certainly still waiting when the program dies.
    let program = Program::start(&database, &["--no-workers"]).await;
    let tenant = program.tenant("olive@example.com").await;
    grocery(&tenant).await;
    tenant.customer("Corner Café", NUMBER).await;
    let callback = tenant.connect_whatsapp().await;
    tenant.deliver(&callback, &whatsapp::messages(&[whatsapp::text(NUMBER, "4 white bread")])).await.expect(200);
    program.kill().await;

    let program = Program::start(&database, &[]).await;
    let tenant = tenant.at(&program.url);
    let order = tenant.order_with_status("pending").await;
    assert_eq!(order["lines"][0]["quantity"], "4");
    let orders = tenant.get("/v1/orders").await.expect(200).json();
    assert_eq!(orders["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn in_the_middle_of_work_it_loses_nothing_that_was_acknowledged(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let mut program = Program::start(&database, &[]).await;
    let mut tenant = program.tenant("olive@example.com").await;
    grocery(&tenant).await;
    tenant.customer("Corner Café", NUMBER).await;
    let callback = tenant.connect_whatsapp().await;
    let (mut customers, mut messages) = (0, 0);
    for round in 0..3 {
        let mut writes = JoinSet::new();
        for number in 0..8 {
            let (tenant, callback) = (tenant.clone(), callback.clone());
            writes.spawn(async move {
                if number % 2 == 0 {
                    let body = json!({ "business_name": format!("Customer {round}-{number}") });
                    tenant.post_keyed("/v1/customers", &format!("{round}-{number}"), &body).await.expect(201);
                } else {
                    let text = whatsapp::text(NUMBER, "1 white bread");
                    tenant.deliver(&callback, &whatsapp::messages(&[text])).await.expect(200);
                }
                number
            });
        }
        // Killed when half of the writes were acknowledged; the other half ends as it ends.
        for _ in 0..4 {
            let number = writes.join_next().await.unwrap().unwrap();
            *(if number % 2 == 0 { &mut customers } else { &mut messages }) += 1;
        }
        writes.abort_all();
        program.kill().await;
        program = Program::start(&database, &[]).await;
        tenant = tenant.at(&program.url);
    }
    let rows = |page: serde_json::Value| page["data"].as_array().unwrap().len();
    let found = rows(tenant.get("/v1/customers?limit=200&name_prefix=Customer").await.expect(200).json());
    assert!(found >= customers, "{found} of {customers} acknowledged customers");
    // Every message that was acknowledged is read, once, and is on the one order that the conversation has.
    let quantity = purser_tests::app::eventually("every message to be read", || async {
        let mut raw = database.owner().await;
        let waiting = "select cast(count(*) as text) from jobs where status in ('ready', 'running')";
        if raw.rows(waiting).await.unwrap()[0][0] != "0" {
            return None;
        }
        let orders = tenant.get("/v1/orders").await.expect(200).json();
        let lines = orders["data"][0]["lines"].as_array()?;
        lines.iter().map(|line| line["quantity"].as_str().unwrap().parse::<usize>().unwrap()).sum::<usize>().into()
    })
    .await;
    let read = rows(tenant.get("/v1/usage?limit=200&resource_type=message_read").await.expect(200).json());
    assert!(read >= messages, "{read} of {messages} acknowledged messages");
    assert_eq!(quantity, read, "each message has its effect once");
}
