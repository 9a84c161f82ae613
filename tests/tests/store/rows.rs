//! Rows come and go, and count their changes.
use crate::world::{World, add_category, add_customer, add_order, category};
use chrono::TimeDelta;
use purser_entity_ordering::{order, product_category, texts::Texts};
use purser_kernel::CommonProblem;
use purser_store::UniqueViolation;
use purser_store::prelude::*;
use purser_tests::database::Engine;
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_new_row_gets_what_every_row_has(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();

    let row = add_category(&tx, "Dairy").await.unwrap();

    assert_eq!((row.organization_id, row.version), (scope.organization, 1));
    assert_eq!((row.created_at, row.updated_at), (world.clock.now(), world.clock.now()));
    assert_eq!(tx.get::<product_category::Entity>(row.id).await.unwrap(), row);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_committed_never_was(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    add_category(&tx, "Dairy").await.unwrap();

    drop(tx);

    let tx = world.store.write(&scope).await.unwrap();
    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 0);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_second_of_two_updates_is_stale(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    let read = add_category(&tx, "Dairy").await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));

    let updated = tx.update(read.clone(), |row| row.name = Set("Milk".to_owned())).await.unwrap();

    assert_eq!((updated.name.as_str(), updated.version, updated.updated_at), ("Milk", 2, world.clock.now()));
    let refused = tx.update(read.clone(), |row| row.name = Set("Cheese".to_owned())).await.unwrap_err();
    assert!(refused.is(CommonProblem::Stale), "{refused}");
    assert!(tx.soft_delete(read).await.unwrap_err().is(CommonProblem::Stale));
    assert!(tx.expect_version(&updated, 1).unwrap_err().is(CommonProblem::Stale));
    tx.expect_version(&updated, 2).unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_update_never_moves_a_row(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    let tx = world.store.write(&ours).await.unwrap();
    let read = add_category(&tx, "Dairy").await.unwrap();

    let updated = tx
        .update(read.clone(), |row| {
            row.organization_id = Set(theirs.organization);
            row.id = Set(purser_kernel::Id::generate());
            row.version = Set(99);
            row.name = Set("Milk".to_owned());
        })
        .await
        .unwrap();

    assert_eq!((updated.organization_id, updated.id, updated.version), (ours.organization, read.id, 2));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deleted_row_is_gone_from_everything(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    let row = add_category(&tx, "Dairy").await.unwrap();

    tx.soft_delete(row.clone()).await.unwrap();

    assert!(tx.get::<product_category::Entity>(row.id).await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 0);
    assert!(tx.soft_delete(row.clone()).await.unwrap_err().is(CommonProblem::NotFound));
    let named = product_category::Column::Id.eq(row.id);
    let set = |row: &mut product_category::ActiveModel| row.sort_order = Set(1);
    assert_eq!(tx.update_where(named, set).await.unwrap(), 0);
    assert!(tx.update(row, |row| row.sort_order = Set(1)).await.unwrap_err().is(CommonProblem::NotFound));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_violated_index_is_known_by_its_name(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    let customer = add_customer(&tx).await;
    let first = add_order(&tx, customer, "SO-1", &[]).await;
    let second = order::ActiveModel { id: Set(purser_kernel::Id::generate()), ..first.into() };

    let refused = tx.insert(second).await.unwrap_err();

    assert!(refused.is(CommonProblem::AlreadyExists), "{refused}");
    assert_eq!(refused.cause::<UniqueViolation>().unwrap().constraint, "uq_orders_number");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_rows_fit_whatever_a_statement_takes(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();

    // More values than either database binds in one statement.
    tx.insert_many((0..7000).map(|n| category(&n.to_string()))).await.unwrap();

    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 7000);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_reads_sees_one_moment(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let reading = world.store.read(&scope).await.unwrap();
    assert_eq!(reading.find::<product_category::Entity>().count().await.unwrap(), 0);

    let tx = world.store.write(&scope).await.unwrap();
    add_category(&tx, "Dairy").await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(reading.find::<product_category::Entity>().count().await.unwrap(), 0);
    drop(reading);
    let reading = world.store.read(&scope).await.unwrap();
    assert_eq!(reading.find::<product_category::Entity>().count().await.unwrap(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_draft_is_what_a_write_would_lead_to_and_is_not_written(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    let read = add_category(&tx, "Dairy").await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));

    let changed = tx.draft(Some(&read), |row| row.name = Set("Milk".to_owned())).unwrap();
    let new: product_category::Model = tx.draft(None, whole).unwrap();

    assert_eq!(changed, product_category::Model { name: "Milk".to_owned(), ..read.clone() });
    assert_eq!((new.organization_id, new.version, new.name.as_str()), (scope.organization, 1, "Bread"));
    assert_eq!((new.created_at, new.updated_at), (world.clock.now(), world.clock.now()));
    assert_ne!(new.id, read.id);
    let all = tx.find::<product_category::Entity>().all(10).await.unwrap();
    assert_eq!(all, [read]);
    // A column that nobody has set has no value that could be shown.
    let partly = |row: &mut product_category::ActiveModel| row.name = Set("Bread".to_owned());
    assert!(tx.draft::<product_category::Model>(None, partly).unwrap_err().is(CommonProblem::Internal));
}

/// Every column of a new category that is its own.
fn whole(row: &mut product_category::ActiveModel) {
    row.name = Set("Bread".to_owned());
    row.parent_category_id = Set(None);
    row.ai_keywords = Set(Texts::default());
    row.sort_order = Set(7);
    row.created_by = Set(None);
    row.deleted_at = Set(None);
    row.deleted_by = Set(None);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_rows_are_inserted_or_overwritten_and_counted(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    let (read, other) = (add_category(&tx, "Dairy").await.unwrap(), add_category(&tx, "Other").await.unwrap());
    world.clock.advance(TimeDelta::seconds(1));
    let was = world.clock.now();
    // More values than either database binds in one statement, and one row that is there already.
    let mut rows: Vec<product_category::Model> = (0..3500).map(|_| tx.draft(None, whole).unwrap()).collect();
    // Only the columns that are named are overwritten, whatever else the row says; versions count up from what is stored.
    let changed = product_category::Model { name: "Milk".to_owned(), sort_order: 9, version: 99, ..read.clone() };
    rows.push(product_category::Model { created_at: was, updated_at: read.updated_at, ..changed });
    let new = rows[0].clone();

    tx.upsert_many(rows, [product_category::Column::Name]).await.unwrap();

    let stored = tx.get::<product_category::Entity>(read.id).await.unwrap();
    let name = "Milk".to_owned();
    assert_eq!(stored, product_category::Model { name, version: 2, updated_at: was, ..read });
    assert_eq!(tx.get::<product_category::Entity>(new.id).await.unwrap(), new);
    assert_eq!(tx.get::<product_category::Entity>(other.id).await.unwrap(), other);
    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 3502);
    tx.upsert_many(Vec::<product_category::Model>::new(), [product_category::Column::Name]).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_upsert_never_touches_another_tenant(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    let tx = world.store.write(&theirs).await.unwrap();
    let foreign = add_category(&tx, "Theirs").await.unwrap();
    tx.commit().await.unwrap();
    let tx = world.store.write(&ours).await.unwrap();
    let columns = [product_category::Column::Name];

    // A row that says whose it is, beside one that is ours: none of them is written.
    let smuggled = product_category::Model { name: "Ours".to_owned(), ..foreign.clone() };
    let own: product_category::Model = tx.draft(None, whole).unwrap();
    let refused = tx.upsert_many([own, smuggled.clone()], columns).await.unwrap_err();
    assert!(refused.is(CommonProblem::NotFound), "{refused}");
    let drafted = tx.draft(Some(&foreign), |row| row.name = Set("Ours".to_owned())).unwrap();
    assert!(tx.upsert_many([drafted], columns).await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 0);

    // The same id is another row here.
    let same = product_category::Model { organization_id: ours.organization, ..smuggled };
    tx.upsert_many([same.clone()], columns).await.unwrap();
    assert_eq!(tx.get::<product_category::Entity>(foreign.id).await.unwrap(), same);
    tx.commit().await.unwrap();
    let tx = world.store.read(&theirs).await.unwrap();
    assert_eq!(tx.get::<product_category::Entity>(foreign.id).await.unwrap(), foreign);
}
