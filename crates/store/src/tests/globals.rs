//! The tables of no organization, and a person's own rows in every organization.
use super::{
    World,
    entities::{depot, parcel},
    world::{depot as new, parcel as new_parcel},
};
use crate::prelude::*;
use chrono::TimeDelta;
use purser_kernel::{Id, UserId};

#[tokio::test]
async fn a_global_row_is_written_found_and_deleted() {
    let world = World::new().await;
    let tx = world.store.system().await.unwrap();
    let system = tx.system();
    let row = system.insert(new("North")).await.unwrap();
    assert_eq!((row.version, row.created_at, row.updated_at), (1, world.clock.now(), world.clock.now()));
    assert!(system.insert_if_absent(new("South")).await.unwrap());
    assert!(!system.insert_if_absent(new("South")).await.unwrap());
    let named = |name: &str| depot::Column::Name.eq(name);
    let left = async || {
        let rows = system.find::<depot::Entity>().order_by(depot::Column::Name, Desc).all(10).await.unwrap();
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(left().await, ["South", "North"]);
    assert_eq!(system.find::<depot::Entity>().all(1).await.unwrap().len(), 1);
    assert_eq!(system.find::<depot::Entity>().filter(named("North")).for_update().one().await.unwrap(), Some(row));
    assert_eq!(system.find::<depot::Entity>().filter(named("East")).one().await.unwrap(), None);

    system.soft_delete::<depot::Entity>(named("North")).await.unwrap();
    assert_eq!(left().await, ["South"]);
    let again = system.soft_delete::<depot::Entity>(named("North")).await.unwrap_err();
    assert!(again.is(CommonProblem::NotFound));
    assert_eq!(again.document()["detail"], "There is no such depot.");
    assert_eq!(system.remove::<depot::Entity>(named("South")).await.unwrap(), 1);
    assert_eq!(system.remove::<depot::Entity>(named("South")).await.unwrap(), 0);
}

#[tokio::test]
async fn a_global_row_counts_its_changes() {
    let world = World::new().await;
    let tx = world.store.system().await.unwrap();
    let system = tx.system();
    let read = system.insert(new("North")).await.unwrap();
    let other = system.insert(new("South")).await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    let updated = system
        .update(read.clone(), |row| {
            row.id = Set(Id::generate());
            row.version = Set(99);
            row.name = Set("East".to_owned());
        })
        .await
        .unwrap();
    let now = world.clock.now();
    assert_eq!(updated, depot::Model { name: "East".to_owned(), version: 2, updated_at: now, ..read.clone() });
    let stale = system.update(read, |row| row.name = Set("West".to_owned())).await.unwrap_err();
    assert!(stale.is(CommonProblem::Stale));

    let east = || depot::Column::Name.eq("East");
    let west = |row: &mut depot::ActiveModel| row.name = Set("West".to_owned());
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(system.update_where(east(), west).await.unwrap(), 1);
    assert_eq!(system.update_where(east(), west).await.unwrap(), 0);
    let rows = system.find::<depot::Entity>().order_by(depot::Column::Name, Asc).all(10).await.unwrap();
    let now = world.clock.now();
    assert_eq!(rows, [other, depot::Model { name: "West".to_owned(), version: 3, updated_at: now, ..updated }]);
}

#[tokio::test]
async fn a_person_lists_their_own_rows_and_no_others() {
    let (world, ours, theirs) = World::two().await;
    let [me, you] = [(); 2].map(|()| UserId::generate());
    for (scope, code, keeper) in [(&ours, "A", me), (&theirs, "B", me), (&ours, "C", you), (&ours, "D", me)] {
        let tx = world.store.write(scope).await.unwrap();
        let row = tx.insert(parcel::ActiveModel { keeper: Set(Some(keeper)), ..new_parcel(code) }).await.unwrap();
        if code == "D" {
            tx.soft_delete(row).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    for tx in [world.store.person_read(me).await.unwrap(), world.store.person(me).await.unwrap()] {
        let mine = tx.system().mine::<parcel::Entity>(10).await.unwrap();
        assert_eq!(mine.into_iter().map(|row| row.code).collect::<Vec<_>>(), ["A", "B"], "the oldest first");
        assert_eq!(tx.system().mine::<parcel::Entity>(1).await.unwrap().len(), 1);
    }
    let scoped = Scope::user(ours.organization, you, ours.permissions);
    let tx = world.store.read(&scoped).await.unwrap();
    assert_eq!(tx.system().mine::<parcel::Entity>(10).await.unwrap().len(), 1, "a signed-in person is one");
    let nobody = world.store.system_read().await.unwrap();
    assert!(nobody.system().mine::<parcel::Entity>(10).await.unwrap_err().is(CommonProblem::Internal));
}

#[tokio::test]
async fn an_organization_reads_global_rows() {
    let (world, ours, _) = World::two().await;
    let tx = world.store.write(&ours).await.unwrap();
    tx.system().insert(new("North")).await.unwrap();
    assert_eq!(tx.global::<depot::Entity>().all(10).await.unwrap().len(), 1);
    assert_eq!((tx.now(), tx.system().now()), (world.clock.now(), world.clock.now()));
}
