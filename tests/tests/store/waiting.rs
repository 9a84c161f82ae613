//! Who waits for a connection, and for each other.
use crate::world::{World, add_category};
use purser_entity_ordering::product_category::{Column, Entity};
use purser_kernel::{CommonProblem, Problem};
use purser_store::{DatabaseOptions, MasterKey, Store, Vault, prelude::*};
use purser_tests::database::Engine;
use rstest::rstest;
use std::time::Duration;
use tokio::task::JoinSet;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_so_many_wait_for_a_connection(#[case] engine: Engine) {
    const WAITING: usize = 256;
    const TOO_MANY: usize = 40;
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let options = DatabaseOptions {
        max_connections: 1,
        acquire_timeout: Duration::from_mins(1),
        ..DatabaseOptions::new(&world.database.application_url)
    };
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let store = Store::connect(&options, world.clock.clone(), vault).await.unwrap();

    let held = store.write(&scope).await.unwrap();
    let mut asked = JoinSet::new();
    for _ in 0..WAITING + TOO_MANY {
        let (store, scope) = (store.clone(), scope.clone());
        asked.spawn(async move { store.write(&scope).await.map(drop) });
    }
    // Long before anybody's patience ends.
    for _ in 0..TOO_MANY {
        let refused = asked.join_next().await.unwrap().unwrap().unwrap_err();
        assert!(refused.is(CommonProblem::Unavailable) && refused.retry_delay().is_some(), "{refused}");
    }
    drop(held);
    while let Some(served) = asked.join_next().await {
        served.unwrap().unwrap();
    }
}

async fn lock(tx: &WriteTx, name: &str) -> Result<(), Problem> {
    tx.find_for_update::<Entity>().filter(Field::eq(Column::Name, name)).one().await.map(drop)
}

/// PostgreSQL ends one of them; on SQLite, with its one writer, there are no two.
#[tokio::test]
async fn of_two_that_wait_for_each_other_one_is_told_to_try_again() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    for name in ["bread", "milk"] {
        add_category(&tx, name).await.unwrap();
    }
    tx.commit().await.unwrap();

    let (one, two) = (world.store.write(&scope).await.unwrap(), world.store.write(&scope).await.unwrap());
    lock(&one, "bread").await.unwrap();
    lock(&two, "milk").await.unwrap();
    let outcomes = tokio::join!(lock(&one, "milk"), lock(&two, "bread"));
    let ((Err(refused), Ok(())) | (Ok(()), Err(refused))) = outcomes else { panic!("one of them: {outcomes:?}") };
    assert!(refused.is(CommonProblem::Unavailable) && refused.retry_delay().is_some(), "{refused}");
}
