//! A write reaches the rows of its organization that are not deleted, and no others.
use super::{
    World,
    entities::{entry, parcel},
    world::{add, codes, parcel as new},
};
use crate::prelude::*;
use chrono::TimeDelta;
use purser_kernel::Id;
use sea_orm::EntityTrait;

#[tokio::test]
async fn a_new_row_is_the_callers() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = tx.insert(new("A")).await.unwrap();
    assert_eq!((row.organization_id, row.version), (ours.organization, 1));
    assert_eq!((row.created_at, row.updated_at), (world.clock.now(), world.clock.now()));

    let id = Id::generate();
    let long_ago = world.clock.now() - TimeDelta::days(1);
    let said = parcel::ActiveModel {
        organization_id: Set(ours.organization),
        id: Set(id),
        created_at: Set(long_ago),
        version: Set(7),
        ..new("B")
    };
    let row = tx.insert(said).await.unwrap();
    assert_eq!((row.id, row.created_at, row.updated_at, row.version), (id, long_ago, world.clock.now(), 7));
}

#[tokio::test]
async fn no_row_is_written_for_another_organization() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let smuggled = || parcel::ActiveModel { organization_id: Set(theirs.organization), ..new("A") };
    let columns = [parcel::Column::Weight];
    assert!(tx.insert(smuggled()).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.insert_if_absent(smuggled()).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.insert_many([new("A"), smuggled()]).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.insert_many_if_absent([smuggled()]).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.append_if_absent([smuggled()]).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.upsert(smuggled(), [parcel::Column::Code], columns).await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.find::<parcel::Entity>().count().await.unwrap(), 0);
}

/// A parcel of ours, and whatever was done to it from elsewhere: it stays as it was.
#[tokio::test]
async fn nothing_of_another_organization_is_changed() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = add(&tx, "A", "bolt").await;
    tx.commit().await.unwrap();

    let tx = world.store.write(&theirs).await.unwrap();
    let heavier = |row: &mut parcel::ActiveModel| row.weight = Set(99);
    let all = || parcel::Column::Weight.eq(1);
    assert!(tx.update(row.clone(), heavier).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.soft_delete(row.clone()).await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.update_where(all(), heavier).await.unwrap(), 0);
    assert_eq!(tx.increment(all(), [(parcel::Column::Weight, 1)], |_| ()).await.unwrap(), 0);
    assert_eq!(tx.remove(all()).await.unwrap(), 0);
    assert_eq!(tx.remove(!parcel::Column::Weight.eq(2)).await.unwrap(), 0);
    // The key of an upsert is the organization's own, too.
    let upserted = tx.upsert(new("A"), [parcel::Column::Code], [parcel::Column::Weight]).await.unwrap();
    assert_ne!(upserted.id, row.id);
    assert!(tx.insert_if_absent(new("B")).await.unwrap());
    tx.commit().await.unwrap();

    let tx = world.store.read(&ours).await.unwrap();
    assert_eq!(tx.find::<parcel::Entity>().all(10).await.unwrap(), [row]);
}

#[tokio::test]
async fn a_deleted_row_is_beyond_reach() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = tx.insert(new("A")).await.unwrap();
    tx.soft_delete(row.clone()).await.unwrap();
    let all = || parcel::Column::Weight.gte(0);
    let heavier = |row: &mut parcel::ActiveModel| row.weight = Set(99);
    assert!(tx.update(row.clone(), heavier).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.soft_delete(row).await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.update_where(all(), heavier).await.unwrap(), 0);
    assert_eq!(tx.increment(all(), [(parcel::Column::Weight, 1)], |_| ()).await.unwrap(), 0);
    assert_eq!(tx.remove(all()).await.unwrap(), 0);
}

#[tokio::test]
async fn an_update_is_made_of_the_version_that_was_read_and_never_moves_the_row() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let read = tx.insert(new("A")).await.unwrap();
    let other = tx.insert(new("B")).await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    let updated = tx
        .update(read.clone(), |row| {
            row.organization_id = Set(theirs.organization);
            row.id = Set(Id::generate());
            row.version = Set(99);
            row.weight = Set(5);
        })
        .await
        .unwrap();
    let expected = parcel::Model { weight: 5, version: 2, updated_at: world.clock.now(), ..read.clone() };
    assert_eq!(updated, expected);
    assert!(tx.update(read.clone(), |row| row.weight = Set(6)).await.unwrap_err().is(CommonProblem::Stale));
    assert!(tx.soft_delete(read).await.unwrap_err().is(CommonProblem::Stale));
    tx.expect_version(&updated, 2).unwrap();
    for wrong in [1, 3] {
        assert!(tx.expect_version(&updated, wrong).unwrap_err().is(CommonProblem::Stale));
    }
    assert_eq!(tx.get::<parcel::Entity>(updated.id).await.unwrap(), updated);
    assert_eq!(tx.get::<parcel::Entity>(other.id).await.unwrap(), other, "its neighbour");
}

#[tokio::test]
async fn a_deletion_says_when_and_by_whom() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let [row, other] = [tx.insert(new("A")).await.unwrap(), tx.insert(new("B")).await.unwrap()];
    world.clock.advance(TimeDelta::seconds(1));
    tx.soft_delete(row.clone()).await.unwrap();
    assert_eq!(codes(tx.find::<parcel::Entity>().all(10).await.unwrap()), ["B"]);
    let gone = parcel::Entity::find_by_id((row.organization_id, row.id));
    let gone = gone.one(tx.connection()).await.unwrap().unwrap();
    assert_eq!((gone.deleted_at, gone.deleted_by), (Some(world.clock.now()), ours.actor.user()));
    assert_eq!(gone.version, 2);
    assert_eq!(tx.get::<parcel::Entity>(other.id).await.unwrap(), other);
}

#[tokio::test]
async fn many_rows_are_changed_and_counted() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    for code in ["A", "B", "C"] {
        add(&tx, code, "bolt").await;
    }
    world.clock.advance(TimeDelta::seconds(1));
    let ab = || parcel::Column::Code.is_in(["A", "B"]);
    let change = |row: &mut parcel::ActiveModel| {
        row.organization_id = Set(Id::generate());
        row.id = Set(Id::generate());
        row.weight = Set(5);
    };
    assert_eq!(tx.update_where(ab(), change).await.unwrap(), 2);
    for row in tx.find::<parcel::Entity>().filter(ab()).all(10).await.unwrap() {
        assert_eq!((row.weight, row.version, row.updated_at), (5, 2, world.clock.now()));
    }
    let [c] = &tx.find::<parcel::Entity>().filter(!ab()).all(10).await.unwrap()[..] else { panic!("one is left") };
    assert_eq!((c.weight, c.version), (1, 1));
    let text = |row: &mut entry::ActiveModel| row.text = Set("nut".to_owned());
    assert_eq!(tx.update_where(entry::Column::Text.eq("bolt"), text).await.unwrap(), 3, "rows that count no changes");
    assert_eq!(tx.remove(entry::Column::Text.eq("nut")).await.unwrap(), 3);
    assert_eq!(tx.remove(entry::Column::Text.eq("nut")).await.unwrap(), 0);
}

#[tokio::test]
async fn a_sum_that_would_be_too_large_stays_as_it_is() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let weigh = async |weight: i64, by: i64| {
        tx.remove(parcel::Column::Code.eq("A")).await.unwrap();
        tx.insert(parcel::ActiveModel { weight: Set(weight), ..new("A") }).await.unwrap();
        let rows = tx.increment(parcel::Column::Code.eq("A"), [(parcel::Column::Weight, by)], |_| ()).await.unwrap();
        (rows, tx.find::<parcel::Entity>().one().await.unwrap().unwrap().weight)
    };
    assert_eq!(weigh(1, 2).await, (1, 3));
    assert_eq!(weigh(1, -2).await, (1, -1));
    assert_eq!(weigh(1, 0).await, (1, 1));
    assert_eq!(weigh(i64::MAX, 0).await, (1, i64::MAX));
    assert_eq!(weigh(i64::MAX - 2, 2).await, (1, i64::MAX));
    assert_eq!(weigh(i64::MAX - 1, 2).await, (0, i64::MAX - 1));
    assert_eq!(weigh(i64::MIN + 2, -2).await, (1, i64::MIN));
    assert_eq!(weigh(i64::MIN + 1, -2).await, (0, i64::MIN + 1));
}

#[tokio::test]
async fn what_is_there_already_is_left_or_overwritten_as_asked() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    assert!(tx.insert_if_absent(new("A")).await.unwrap());
    assert!(!tx.insert_if_absent(new("A")).await.unwrap());
    let inserted = tx.insert_many_if_absent(["A", "B", "B", "C"].map(new)).await.unwrap();
    assert_eq!(codes(inserted), ["B", "C"]);
    tx.append_if_absent(["C", "D"].map(new)).await.unwrap();
    let heavy = parcel::ActiveModel { weight: Set(9), ..new("A") };
    let row = tx.upsert(heavy, [parcel::Column::Code], [parcel::Column::Weight]).await.unwrap();
    assert_eq!((row.code.as_str(), row.weight), ("A", 9));
    assert_eq!(tx.find::<parcel::Entity>().count().await.unwrap(), 4);
}

/// Of 8 values each, and SQLite takes 32,766 in a statement.
#[tokio::test]
async fn more_rows_than_a_statement_takes_are_written() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    tx.insert_many((0..5000).map(|n| new(&n.to_string()))).await.unwrap();
    assert_eq!(tx.find::<parcel::Entity>().count().await.unwrap(), 5000);
}
