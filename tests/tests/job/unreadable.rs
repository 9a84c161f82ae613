//! A message that no reader can read.
use async_trait::async_trait;
use purser_kernel::Problem;
use purser_ordering::reader::{Catalogue, Message, OrderReader, Reading, RuleReader};
use purser_store::jobs::WorkerOptions;
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use std::sync::Arc;

use crate::shop::{Shop, lines, pairs};

/// Fails as a model would that answers nonsense to one message.
struct Choking;

#[async_trait]
impl OrderReader for Choking {
    fn name(&self) -> &'static str {
        "choking"
    }

    async fn read(&self, catalogue: &Catalogue, message: &Message<'_>) -> Result<Reading, Problem> {
        if message.text.contains("poison") {
            return Err(Problem::internal("cannot read this"));
        }
        RuleReader.read(catalogue, message).await
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn holds_up_nobody_and_is_left_to_people(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let shop = Shop::open_in(app).await;
    shop.write("poison").await;
    shop.write("4 white bread").await;

    let working = shop.read_with(Arc::new(Choking), WorkerOptions::default());

    let order = shop.tenant.order_with_status("pending").await;
    assert_eq!(lines(&order), pairs(&[("White Bread", "4")]));
    let inbox = shop.tenant.get("/v1/conversations").await.expect(200).json();
    assert_eq!(inbox["data"][0]["unread_count"], 2, "people still see both");
    let messages = format!("/v1/conversations/{}/messages", inbox["data"][0]["id"].as_str().unwrap());
    let messages = shop.tenant.get(&messages).await.expect(200).json();
    assert_eq!(messages["data"][1]["ai_extracted_intent"], "other");
    working.end().await;
}
