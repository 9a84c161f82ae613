//! How units of work begin and end.
use super::{
    World,
    entities::{depot, parcel},
    world::{depot as new, parcel as new_parcel},
};
use crate::{DatabaseOptions, MasterKey, Store, Vault, prelude::*};
use futures_util::FutureExt;
use purser_kernel::{Clock, UserId};
use serde_json::json;

#[tokio::test]
async fn what_is_committed_stays_and_what_is_dropped_never_was() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    tx.insert(new_parcel("A")).await.unwrap();
    drop(tx);
    let tx = world.store.write(&ours).await.unwrap();
    tx.insert(new_parcel("B")).await.unwrap();
    tx.commit().await.unwrap();
    let tx = world.store.read(&ours).await.unwrap();
    assert_eq!(super::world::codes(tx.find::<parcel::Entity>().all(10).await.unwrap()), ["B"]);
    for (name, commit) in [("North", false), ("South", true)] {
        let tx = world.store.system().await.unwrap();
        tx.system().insert(new(name)).await.unwrap();
        if commit {
            tx.commit().await.unwrap();
        }
    }
    let tx = world.store.system_read().await.unwrap();
    assert_eq!(tx.system().find::<depot::Entity>().all(10).await.unwrap().len(), 1);
}

/// Were it, PostgreSQL would say yes and keep nothing, and SQLite would keep a part.
#[tokio::test]
async fn what_has_failed_in_part_is_not_committed_whoever_ignores_it() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    tx.insert(new_parcel("A")).await.unwrap();
    assert!(tx.insert(new_parcel("A")).await.is_err(), "a code can be given twice");
    assert!(tx.commit().await.is_err());
    let tx = world.store.read(&ours).await.unwrap();
    assert_eq!(tx.find::<parcel::Entity>().count().await.unwrap(), 0);
}

#[tokio::test]
async fn who_reads_cannot_write_and_waits_for_nobody() {
    let (world, ours, _) = World::two().await;
    let store = &world.store;
    let _writer = store.write(&ours).await.unwrap();
    let person = UserId::generate();
    for tx in [store.system_read().await.unwrap(), store.person_read(person).await.unwrap()] {
        assert!(tx.system().insert(new("North")).await.is_err());
    }
    let tx = store.read(&ours).await.unwrap();
    assert!(tx.system().insert(new("North")).await.is_err());
}

#[tokio::test]
async fn a_commit_wakes_the_workers_when_there_is_work() {
    let (world, ours, _) = World::two().await;
    let mut wake = world.store.job_news().listen_for(vec!["test", "more"]);
    let mut woken = || wake.woken().now_or_never().is_some();
    let tx = world.store.write(&ours).await.unwrap();
    tx.enqueue_many(vec![]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!woken(), "nothing was queued");
    for (kinds, commit, wakes) in [
        (vec!["test"], false, false),
        (vec!["test"], true, true),
        (vec!["other"], true, false),
        (vec!["other", "more", "test"], true, true),
    ] {
        let tx = world.store.write(&ours).await.unwrap();
        tx.enqueue_many(kinds.iter().map(|kind| NewJob::new(kind, json!({}))).collect()).await.unwrap();
        if commit {
            tx.commit().await.unwrap();
        }
        assert_eq!(woken(), wakes, "{kinds:?}, committed: {commit}");
        assert!(!woken(), "once for all of them");
    }
    let tx = world.store.write(&ours).await.unwrap();
    let later = tx.now() + chrono::TimeDelta::seconds(1);
    tx.enqueue(NewJob::new("test", json!({})).at(later)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!woken(), "its time has not come");
    // What was put off, of whatever kinds.
    let tx = world.store.write(&ours).await.unwrap();
    tx.note_standing(crate::Standing::Open).await.unwrap();
    tx.commit().await.unwrap();
    assert!(woken());
}

#[tokio::test]
async fn a_store_knows_its_database_and_can_be_closed() {
    let (world, ours, _) = World::two().await;
    assert!(!world.store.is_postgres());
    world.store.close().await;
    assert!(world.store.write(&ours).await.is_err_and(|problem| problem.is(CommonProblem::Unavailable)));
    assert!(world.store.read(&ours).await.is_err_and(|problem| problem.is(CommonProblem::Unavailable)));

    // Nothing is sent before the first unit of work.
    let options = DatabaseOptions::new("postgres://nobody@127.0.0.1:1/nothing");
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let store = Store::connect(&options, Clock::default(), vault).await.unwrap();
    assert!(store.is_postgres());
    store.close().await;
    assert!(store.read(&ours).await.is_err_and(|problem| problem.is(CommonProblem::Unavailable)));
}
