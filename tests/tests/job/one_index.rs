//! The index of a catalogue takes a second to build where the catalogue is large.
use async_trait::async_trait;
use purser_kernel::Problem;
use purser_ordering::reader::{Catalogue, Message, OrderReader, Reading, RuleReader};
use purser_store::jobs::WorkerOptions;
use purser_tests::{app::TestApp, database::Engine, whatsapp};
use rstest::rstest;
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Barrier, time::timeout};

use crate::shop::Shop;

const CUSTOMERS: usize = 3;

/// Begins to read only when it has been asked to read for all customers, and notes from which index. All of them are held
/// until then, so two indexes could not lie in the same place.
struct Together {
    all_here: Barrier,
    indexes: Mutex<Vec<usize>>,
}

#[async_trait]
impl OrderReader for Together {
    fn name(&self) -> &'static str {
        "together"
    }

    async fn read(&self, catalogue: &Catalogue, message: &Message<'_>) -> Result<Reading, Problem> {
        self.indexes.lock().unwrap().push(std::ptr::from_ref(catalogue).addr());
        timeout(Duration::from_mins(1), self.all_here.wait()).await.map_err(Problem::internal)?;
        RuleReader.read(catalogue, message).await
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn messages_that_arrive_at_once_share_one_index(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let shop = Shop::open_in(app).await;
    let numbers: Vec<String> = (0..CUSTOMERS).map(|at| format!("49151000000{at}")).collect();
    for number in &numbers {
        shop.tenant.customer(&format!("Café {number}"), &format!("+{number}")).await;
    }
    let together = Arc::new(Together { all_here: Barrier::new(CUSTOMERS), indexes: Mutex::new(Vec::new()) });
    let options = WorkerOptions { concurrency: 2 * CUSTOMERS, ..WorkerOptions::default() };
    let working = shop.read_with(together.clone(), options);

    for number in &numbers {
        shop.deliver(&whatsapp::messages(&[whatsapp::text(number, "4 white bread")])).await;
    }
    shop.all_read(CUSTOMERS).await;
    let first = std::mem::take(&mut *together.indexes.lock().unwrap());
    assert_eq!(first.len(), CUSTOMERS);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 1, "one index for all");

    // A change to the catalogue asks for another, once.
    let product = &shop.products[0];
    let path = format!("/v1/products/{}", product["id"].as_str().unwrap());
    let version = product["version"].as_i64().unwrap();
    shop.tenant.patch(&path, version, &json!({ "name": "Fresh Milk" })).await.expect(200);
    for number in &numbers {
        shop.deliver(&whatsapp::messages(&[whatsapp::text(number, "2 fresh milk")])).await;
    }
    shop.all_read(2 * CUSTOMERS).await;
    let second = together.indexes.lock().unwrap().clone();
    assert_eq!(second.len(), CUSTOMERS);
    assert_eq!(second.iter().collect::<BTreeSet<_>>().len(), 1, "one index for all");
    assert_ne!(first.first(), second.first());
    working.end().await;
}
