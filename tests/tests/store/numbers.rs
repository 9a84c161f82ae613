//! Numbers without a gap.
use crate::world::{World, add_category};
use purser_store::prelude::*;
use purser_tests::database::Engine;
use rstest::rstest;

const NAME: &str = "orders";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_organization_and_name_counts_for_itself(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    let tx = world.store.write(&ours).await.unwrap();

    assert_eq!(tx.current_number(NAME).await.unwrap(), 0);
    assert_eq!([tx.next_number(NAME).await.unwrap(), tx.next_number(NAME).await.unwrap()], [1, 2]);
    assert_eq!(tx.current_number(NAME).await.unwrap(), 2);
    assert_eq!(tx.next_number("invoices").await.unwrap(), 1);
    tx.commit().await.unwrap();

    let tx = world.store.write(&theirs).await.unwrap();
    assert_eq!(tx.next_number(NAME).await.unwrap(), 1);
}

/// Two processes with ten tasks each. Every third one gives up after it took a number.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn there_is_no_gap_and_nothing_twice(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let stores = [world.store.clone(), world.open().await];

    let tasks: Vec<_> = (0..20)
        .map(|task: usize| {
            let (store, scope) = (stores[task % 2].clone(), scope.clone());
            tokio::spawn(async move {
                let tx = store.write(&scope).await?;
                let number = tx.next_number(NAME).await?;
                // Something else goes on in the same transaction.
                add_category(&tx, &number.to_string()).await?;
                if task.is_multiple_of(3) {
                    return Ok::<_, Problem>(None);
                }
                tx.commit().await?;
                Ok(Some(number))
            })
        })
        .collect();
    let mut given = Vec::new();
    for task in tasks {
        given.extend(task.await.unwrap().unwrap());
    }
    given.sort_unstable();

    assert_eq!(given, (1..=13).collect::<Vec<_>>());
    let tx = world.store.read(&scope).await.unwrap();
    assert_eq!(tx.current_number(NAME).await.unwrap(), 13);
}
