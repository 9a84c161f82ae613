//! What is deleted is written down, and what is done about a deletion reaches no other row.
use super::{
    World,
    entities::{entry, parcel},
    world::{add, codes, entry_of, parcel as new},
};
use crate::{Deletion, WriteTx, ports::Reference, prelude::*};
use chrono::TimeDelta;
use purser_entity_platform::deletion;

async fn deletions(tx: &WriteTx) -> Vec<Deletion> {
    tx.find::<deletion::Entity>().order_by(deletion::Column::Id, Asc).all(10).await.unwrap()
}

#[tokio::test]
async fn a_deletion_is_written_down_with_what_was_there() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = tx.insert(new("A")).await.unwrap();
    tx.because(Some("double entry"));
    tx.soft_delete(row.clone()).await.unwrap();
    let [deletion] = &deletions(&tx).await[..] else { panic!("one deletion") };
    assert_eq!((deletion.resource.as_str(), deletion.resource_id), ("parcel", row.id.as_uuid()));
    assert_eq!((deletion.deleted_by, deletion.created_at), (ours.actor.user(), world.clock.now()));
    assert_eq!(deletion.reason.as_deref(), Some("double entry"));
    assert_eq!(deletion.held("code"), Some(&"A".into()));
    assert_eq!(deletion.held("organization_id"), None);
    assert!(deletion.parts("parcels").is_empty());
}

#[tokio::test]
async fn what_was_not_deleted_is_not_written_down() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let stale = tx.insert(new("A")).await.unwrap();
    let part = tx.insert(new("B")).await.unwrap();
    tx.update(stale.clone(), |row| row.weight = Set(2)).await.unwrap();
    assert!(tx.soft_delete(stale.clone()).await.unwrap_err().is(CommonProblem::Stale));
    assert!(deletions(&tx).await.is_empty());
    tx.commit().await.unwrap();

    let tx = world.store.write(&theirs).await.unwrap();
    assert!(tx.soft_delete(part.clone()).await.unwrap_err().is(CommonProblem::NotFound));
    let own = tx.insert(new("A")).await.unwrap();
    assert!(
        tx.soft_delete_with(own, vec![part]).await.unwrap_err().is(CommonProblem::Stale),
        "a part of somebody else's"
    );
    drop(tx);
    let tx = world.store.write(&ours).await.unwrap();
    assert_eq!(codes(tx.find::<parcel::Entity>().all(10).await.unwrap()), ["A", "B"]);
}

#[tokio::test]
async fn what_went_with_it_comes_back_and_nothing_else() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let mut rows = Vec::new();
    for code in ["A", "B", "C", "D"] {
        rows.push(tx.insert(new(code)).await.unwrap());
    }
    let [a, b, c, d] = <[parcel::Model; 4]>::try_from(rows).unwrap();
    // At the same moment by the clock, and by itself.
    tx.soft_delete(d).await.unwrap();
    tx.soft_delete_with(a.clone(), vec![b, c]).await.unwrap();
    let together = deletions(&tx).await.into_iter().find(|row| row.resource_id == a.id.as_uuid()).unwrap();
    assert_eq!(together.parts("parcels").len(), 2);
    tx.commit().await.unwrap();

    let tx = world.store.write(&theirs).await.unwrap();
    assert!(tx.restore::<parcel::Entity>(&together).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.restore_parts::<parcel::Entity>(&together).await.unwrap().is_empty());
    drop(tx);
    world.clock.advance(TimeDelta::seconds(1));
    let tx = world.store.write(&ours).await.unwrap();
    let back = tx.restore::<parcel::Entity>(&together).await.unwrap();
    assert_eq!(back, parcel::Model { version: a.version + 2, ..a });
    assert_eq!(codes(tx.restore_parts::<parcel::Entity>(&together).await.unwrap()), ["B", "C"]);
    assert_eq!(codes(tx.find::<parcel::Entity>().all(10).await.unwrap()), ["A", "B", "C"]);
    assert!(tx.restore::<parcel::Entity>(&together).await.unwrap_err().is(CommonProblem::NotFound), "it is there");
}

#[tokio::test]
async fn only_what_is_deleted_is_purged_or_emptied() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let (gone, kept) = (tx.insert(new("A")).await.unwrap(), tx.insert(new("B")).await.unwrap());
    tx.soft_delete(gone.clone()).await.unwrap();
    tx.commit().await.unwrap();
    let all = || parcel::Column::Weight.gte(0);
    let heavy = |row: &mut parcel::ActiveModel| row.weight = Set(99);
    let tx = world.store.write(&theirs).await.unwrap();
    assert_eq!(tx.change_deleted(all(), heavy).await.unwrap(), 0);
    assert_eq!(tx.purge(all()).await.unwrap(), 0);
    drop(tx);
    let tx = world.store.write(&ours).await.unwrap();
    assert_eq!(tx.change_deleted(all(), heavy).await.unwrap(), 1);
    assert_eq!(tx.purge(all()).await.unwrap(), 1);
    assert_eq!(tx.purge(all()).await.unwrap(), 0);
    assert_eq!(tx.find::<parcel::Entity>().all(10).await.unwrap(), [kept]);
}

#[tokio::test]
async fn rows_go_some_at_a_time_and_references_are_found() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = add(&tx, "A", "bolt").await;
    let other = add(&tx, "B", "bolt").await;
    for text in ["nut", "pin"] {
        tx.insert(entry_of(row.id, text)).await.unwrap();
    }
    let named = [Reference::new("parcel_entries", "parcel_id"), Reference::new("parcels", "id")];
    assert_eq!(tx.referring(row.id.as_uuid(), &named).await.unwrap(), ["parcel_entries", "parcels"]);
    assert!(tx.referring(row.id.as_uuid(), &[]).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    let tx = world.store.write(&theirs).await.unwrap();
    assert!(tx.referring(row.id.as_uuid(), &named).await.unwrap().is_empty(), "of somebody else's");
    assert_eq!(tx.remove_some(entry::Column::ParcelId.eq(row.id), 9).await.unwrap(), 0);
    drop(tx);
    let tx = world.store.write(&ours).await.unwrap();
    let of_row = || entry::Column::ParcelId.eq(row.id);
    let removed = [tx.remove_some(of_row(), 2).await.unwrap(), tx.remove_some(of_row(), 2).await.unwrap()];
    assert_eq!(removed, [2, 1]);
    assert_eq!(tx.find::<entry::Entity>().one().await.unwrap().unwrap().parcel_id, other.id);
}
