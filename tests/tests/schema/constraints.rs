//! Constraints that the domains lean on.
use crate::isolation::{fill, tenant};
use purser_kernel::{Id, ids};
use purser_tests::database::{Engine, Raw, TestDatabase};
use rstest::rstest;
use sqlx::Error;

const NEW_INTEGRATION: &str =
    "insert into integrations (organization_id, id, kind, provider, name, created_at, updated_at)
    values ({}, {}, 'messaging', 'whatsapp_cloud', 'WhatsApp', now(), now())";
const NEW_CONVERSATION: &str =
    "insert into conversations (organization_id, id, integration_id, channel, channel_address, status,
        created_at, updated_at)
    values ({}, {}, {}, 'whatsapp', '491701234567', 'open', now(), now())";
const NEW_MESSAGE: &str =
    "insert into messages (organization_id, id, conversation_id, integration_id, direction, content,
        content_type, external_id, status, status_at, created_at, updated_at)
    values ({}, {}, {}, {}, 'inbound', 'two cases of water', 'text', 'wamid.1', 'received', now(), now(), now())";
const NEW_DRAFT: &str =
    "insert into orders (organization_id, id, customer_id, conversation_id, number, channel, status, ai_generated,
        currency, created_at, updated_at)
    values ({}, {}, {}, {}, 'NUMBER', 'whatsapp', 'draft', true, 'EUR', now(), now())";

async fn run(raw: &mut Raw, engine: Engine, sql: &str, ids: &[&dyn std::fmt::Display]) -> Result<u64, Error> {
    raw.execute(&fill(engine, sql, ids)).await
}

fn is_duplicate(result: Result<u64, Error>) -> bool {
    result.unwrap_err().as_database_error().unwrap().is_unique_violation()
}

fn is_check(result: Result<u64, Error>) -> bool {
    result.unwrap_err().as_database_error().unwrap().is_check_violation()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_contact_has_one_open_conversation_and_one_draft(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let mut raw = database.owner().await;
    let ours = tenant(&mut raw, engine).await;
    let organization = &ours.organization;
    let integration = ids::IntegrationId::generate();
    let conversation = ids::ConversationId::generate();
    run(&mut raw, engine, NEW_INTEGRATION, &[organization, &integration]).await.unwrap();
    run(&mut raw, engine, NEW_CONVERSATION, &[organization, &conversation, &integration]).await.unwrap();

    let another: [&dyn std::fmt::Display; 3] = [organization, &Id::<()>::generate(), &integration];
    assert!(is_duplicate(run(&mut raw, engine, NEW_CONVERSATION, &another).await));
    raw.execute("update conversations set status = 'closed'").await.unwrap();
    run(&mut raw, engine, NEW_CONVERSATION, &another).await.unwrap();

    let message: [&dyn std::fmt::Display; 4] = [organization, &Id::<()>::generate(), &conversation, &integration];
    run(&mut raw, engine, NEW_MESSAGE, &message).await.unwrap();
    let again: [&dyn std::fmt::Display; 4] = [organization, &Id::<()>::generate(), &conversation, &integration];
    assert!(is_duplicate(run(&mut raw, engine, NEW_MESSAGE, &again).await));

    let draft: [&dyn std::fmt::Display; 4] = [organization, &Id::<()>::generate(), &ours.customer, &conversation];
    run(&mut raw, engine, &NEW_DRAFT.replace("NUMBER", "SO-1"), &draft).await.unwrap();
    let second: [&dyn std::fmt::Display; 4] = [organization, &Id::<()>::generate(), &ours.customer, &conversation];
    let new_draft = NEW_DRAFT.replace("NUMBER", "SO-2");
    assert!(is_duplicate(run(&mut raw, engine, &new_draft, &second).await));
    raw.execute("update orders set status = 'confirmed'").await.unwrap();
    run(&mut raw, engine, &new_draft, &second).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_is_refused(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let mut raw = database.owner().await;
    tenant(&mut raw, engine).await;

    for change in [
        "update customers set status = 'sleeping'".to_owned(),
        "update customers set total_orders = -1".to_owned(),
        "update customers set currency = 'EU'".to_owned(),
        format!("update customers set business_name = '{}'", "x".repeat(201)),
        "update organizations set status = 'gone'".to_owned(),
    ] {
        assert!(is_check(raw.execute(&change).await), "{change}");
    }
    // Characters are counted, not bytes.
    raw.execute(&format!("update customers set business_name = '{}'", "ü".repeat(200))).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_goes_with_a_row_goes_and_the_rest_holds_it(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let mut raw = database.owner().await;
    let ours = tenant(&mut raw, engine).await;
    let contact = "insert into customer_contacts (organization_id, id, customer_id, created_at, updated_at)
        values ({}, {}, {}, now(), now())";
    run(&mut raw, engine, contact, &[&ours.organization, &Id::<()>::generate(), &ours.customer]).await.unwrap();

    assert!(raw.execute("delete from memberships").await.is_err(), "the person owns a customer");
    raw.execute("delete from customers").await.unwrap();
    assert!(raw.rows("select cast(count(*) as text) from customer_contacts").await.unwrap()[0][0] == "0");
    raw.execute("delete from memberships").await.unwrap();
}
