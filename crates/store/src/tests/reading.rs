//! A query sees the rows of its organization that are not deleted, whichever way it asks.
use super::{
    World,
    entities::{entry, parcel},
    world::{add, codes, entry_of, parcel as new},
};
use crate::prelude::*;

/// Two organizations with the same rows: a parcel `A` with the entry "bolt", `B` with "nut", and `C`, deleted, with "bolt".
async fn twins() -> (World, Scope, Vec<parcel::Model>) {
    let (world, ours, theirs) = World::two().await;
    let mut rows = Vec::new();
    for scope in [&theirs, &ours] {
        let tx = world.store.write(scope).await.unwrap();
        rows.clear();
        for (code, text) in [("A", "bolt"), ("B", "nut"), ("C", "bolt")] {
            rows.push(add(&tx, code, text).await);
        }
        tx.soft_delete(rows[2].clone()).await.unwrap();
        tx.commit().await.unwrap();
    }
    (world, ours, rows)
}

#[tokio::test]
async fn what_is_found_is_ours_and_not_deleted() {
    let (world, ours, rows) = twins().await;
    let tx = world.store.read(&ours).await.unwrap();
    let all = || tx.find::<parcel::Entity>();

    assert_eq!((tx.organization(), tx.scope().organization), (ours.organization, ours.organization));
    assert_eq!(all().count().await.unwrap(), 2);
    assert_eq!(all().all(10).await.unwrap(), rows[..2]);
    assert_eq!(all().all(1).await.unwrap().len(), 1, "no more than was asked for");
    assert_eq!(all().aggregate().sum(parcel::Column::Weight).one::<(i64,)>().await.unwrap(), (2,));
    assert_eq!(all().page(&PageRequest::first()).await.unwrap().data.len(), 2);
    let a = all().filter(parcel::Column::Code.eq("A"));
    assert_eq!(a.one().await.unwrap().as_ref(), Some(&rows[0]));
    let [b, c] = ["B", "C"].map(|code| parcel::Column::Code.eq(code));
    assert!(all().filter(b).exists().await.unwrap());
    assert!(!all().filter(c).exists().await.unwrap());
    let either = parcel::Column::Code.eq("A").or(!parcel::Column::Code.eq("A"));
    assert_eq!(all().filter(either).count().await.unwrap(), 2, "an OR does not lead around the wall");
    assert_eq!(all().filter_if(Some(parcel::Column::Code.eq("A"))).count().await.unwrap(), 1);
    assert_eq!(all().filter_if(None).count().await.unwrap(), 2);
}

#[tokio::test]
async fn another_organizations_row_is_as_if_it_never_was() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = add(&tx, "A", "bolt").await;
    let deleted = add(&tx, "B", "nut").await;
    tx.soft_delete(deleted.clone()).await.unwrap();
    assert_eq!(tx.get::<parcel::Entity>(row.id).await.unwrap(), row);
    assert_eq!(tx.get_for_update::<parcel::Entity>(row.id).await.unwrap(), row);
    assert_eq!(tx.find_by_id::<parcel::Entity>(row.id).await.unwrap().as_ref(), Some(&row));
    assert!(tx.get::<parcel::Entity>(deleted.id).await.unwrap_err().is(CommonProblem::NotFound));
    tx.commit().await.unwrap();

    let tx = world.store.write(&theirs).await.unwrap();
    for problem in [tx.get::<parcel::Entity>(row.id).await, tx.get_for_update::<parcel::Entity>(row.id).await]
        .map(Result::unwrap_err)
    {
        assert!(problem.is(CommonProblem::NotFound));
        assert_eq!(problem.document()["detail"], "There is no such parcel.");
    }
    assert_eq!(tx.find_by_id::<parcel::Entity>(row.id).await.unwrap(), None);
    let problem = tx.get::<entry::Entity>(purser_kernel::Id::generate()).await.unwrap_err();
    assert_eq!(problem.document()["detail"], "There is no such parcel entry.");
}

#[tokio::test]
async fn what_is_related_is_asked_for_as_strictly() {
    let (world, ours, rows) = twins().await;
    let tx = world.store.read(&ours).await.unwrap();
    let bolts = tx.find::<parcel::Entity>().having(entry::Column::Text.eq("bolt"));
    assert_eq!(codes(bolts.all(10).await.unwrap()), ["A"]);
    let entries = || tx.find::<entry::Entity>();
    assert_eq!(entries().having(parcel::Column::Weight.eq(1)).count().await.unwrap(), 2, "what is deleted has nothing");
    let joined = entries().join(parcel::Column::Weight.eq(1)).all(10).await.unwrap();
    assert_eq!(joined.len(), 2, "an entry of a deleted parcel is left out");
    assert_eq!(entries().of(&rows[1]).one().await.unwrap().unwrap().text, "nut");
    let of_each = entries().of_each(&rows).await.unwrap();
    assert_eq!(of_each.iter().map(|entries| entries[0].text.as_str()).collect::<Vec<_>>(), ["bolt", "nut", "bolt"]);
}

#[tokio::test]
async fn nothing_is_related_across_organizations() {
    let (world, ours, theirs) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = add(&tx, "A", "bolt").await;
    tx.commit().await.unwrap();
    // What the keys of the real tables refuse: a parcel with the same id, and an entry that points at it.
    let tx = world.store.write(&theirs).await.unwrap();
    tx.insert(parcel::ActiveModel { id: Set(row.id), ..new("X") }).await.unwrap();
    tx.insert(entry_of(row.id, "theirs")).await.unwrap();
    tx.commit().await.unwrap();

    let tx = world.store.read(&ours).await.unwrap();
    assert_eq!(tx.find::<parcel::Entity>().having(entry::Column::Text.eq("theirs")).count().await.unwrap(), 0);
    assert_eq!(tx.find::<entry::Entity>().join(parcel::Column::Code.eq("X")).count().await.unwrap(), 0);
    assert_eq!(tx.find::<entry::Entity>().of(&row).all(10).await.unwrap().len(), 1);
    assert_eq!(tx.find::<entry::Entity>().of_each(&[row]).await.unwrap()[0].len(), 1);
}

#[tokio::test]
async fn rows_come_in_the_order_that_was_asked_for() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    for (code, weight) in [("A", 2), ("B", 1), ("C", 2)] {
        tx.insert(parcel::ActiveModel { weight: Set(weight), ..new(code) }).await.unwrap();
    }
    let sorted =
        tx.find::<parcel::Entity>().order_by(parcel::Column::Weight, Desc).order_by(parcel::Column::Code, Desc);
    let found: Vec<_> = sorted.all(10).await.unwrap().into_iter().map(|row| row.code).collect();
    assert_eq!(found, ["C", "A", "B"]);
}

#[tokio::test]
async fn a_column_that_is_left_out_reads_as_what_was_said_instead() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    let row = add(&tx, "A", "bolt").await;
    let without = tx.find::<parcel::Entity>().without(parcel::Column::Code, "").one().await.unwrap();
    assert_eq!(without, Some(parcel::Model { code: String::new(), ..row }));
}
