//! A request may go away at any await. What others were told is done stays done.
use crate::world::{World, add_category};
use purser_entity_ordering::product_category;
use purser_kernel::{Problem, Scope};
use purser_store::Store;
use purser_tests::{
    database::{Engine, Raw},
    steps,
};
use rstest::rstest;
use std::{future::Future, pin::pin};

/// Longer than any chain of awaits here.
const AWAITS: usize = 12;
const ROUNDS: usize = 20;

/// Polls `future` `polls` times at most and drops it then, while the answer to its last request is on the way.
async fn cancel_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    steps::within(polls, pin!(future)).await
}

async fn write(store: &Store, scope: &Scope, name: &str) -> Result<(), Problem> {
    let tx = store.write(scope).await?;
    add_category(&tx, name).await?;
    tx.commit().await
}

/// Whether a row is there for everybody.
async fn visible(watcher: &mut Raw, name: &str) -> bool {
    let sql = format!("select name from product_categories where name = '{name}'");
    !watcher.rows(&sql).await.unwrap().is_empty()
}

/// On PostgreSQL a `begin` that was dropped half-way would leave its transaction, read-only at that, to whoever gets the
/// connection next; on SQLite it would keep the writer.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_begin_that_is_dropped_leaves_nothing_behind(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, store) = (world.tenant().await, world.open_with(1).await);
    let mut watcher = world.database.owner().await;

    for round in 0..ROUNDS * AWAITS {
        let polls = 1 + round / 2 % AWAITS;
        if round % 2 == 0 {
            cancel_after(polls, store.write(&scope)).await;
        } else {
            cancel_after(polls, store.read(&scope)).await;
        }
        if round % 3 == 0 {
            tokio::task::yield_now().await;
        }
        let name = round.to_string();
        write(&store, &scope, &name).await.unwrap();
        assert!(visible(&mut watcher, &name).await, "an acknowledged write was lost in round {round}");
    }
}

/// Wherever a unit of work is dropped: it is there as a whole or not at all, and the next one is not lost.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_unit_of_work_that_is_dropped_is_whole_or_nothing(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, store) = (world.tenant().await, world.open_with(1).await);
    let mut watcher = world.database.owner().await;

    for round in 0..ROUNDS * AWAITS {
        let (first, second) = (format!("{round}-first"), format!("{round}-second"));
        let unit = async {
            let tx = store.write(&scope).await?;
            add_category(&tx, &first).await?;
            add_category(&tx, &second).await?;
            tx.commit().await
        };
        let told = cancel_after(1 + round % (2 * AWAITS), unit).await;
        let name = format!("{round}-next");
        write(&store, &scope, &name).await.unwrap();

        assert!(visible(&mut watcher, &name).await, "an acknowledged write was lost in round {round}");
        let there = [visible(&mut watcher, &first).await, visible(&mut watcher, &second).await];
        assert_eq!(there[0], there[1], "half a unit of work in round {round}");
        if let Some(outcome) = told {
            outcome.unwrap();
            assert!(there[0], "what was told to be done in round {round} is not");
        }
    }
    let tx = store.read(&scope).await.unwrap();
    assert!(tx.find::<product_category::Entity>().count().await.unwrap() >= 240);
}
