//! Word of jobs between processes, which is PostgreSQL's.
use crate::world::World;
use purser_store::{Announcer, prelude::*};
use purser_tests::database::Engine;
use serde_json::json;
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn other_processes_hear_of_jobs_that_were_committed() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let scope = world.tenant().await;
    let mut listener = PgListener::connect(&world.database.application_url).await.unwrap();
    listener.listen("purser_jobs").await.unwrap();
    let stop = CancellationToken::new();
    let announcer = tokio::spawn(Announcer::run(world.store.clone(), stop.clone()));

    let tx = world.store.write(&scope).await.unwrap();
    tx.enqueue(NewJob::new("test.work", json!({}))).await.unwrap();
    tx.commit().await.unwrap();

    let heard = tokio::time::timeout(Duration::from_secs(30), listener.recv()).await.expect("nobody was told").unwrap();
    assert!(heard.payload().ends_with(":test.work"), "who says it, and what was queued: {}", heard.payload());
    stop.cancel();
    announcer.await.unwrap();
}
