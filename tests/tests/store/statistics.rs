//! Statements are planned by what is in the tables.
use crate::{work::work, world::World};
use purser_store::{Analyze, jobs::NewJob};
use purser_tests::database::Engine;
use serde_json::json;
use std::sync::Arc;

/// PostgreSQL counts by itself.
#[tokio::test]
async fn sqlite_is_told_to_count() {
    let world = World::new(Engine::Sqlite).await.unwrap();
    let tx = world.store.write(&world.tenant().await).await.unwrap();
    tx.enqueue(NewJob::new(Analyze::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();

    work(&[&world.store], &[Arc::new(Analyze)], 1).await;

    let counted = world.database.owner().await.rows("select tbl from sqlite_stat1 where tbl = 'jobs'").await.unwrap();
    assert!(!counted.is_empty());
}
