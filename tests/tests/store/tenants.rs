//! Another organization's row does not exist.
use crate::world::{World, add_category, add_customer, add_order, category};
use purser_entity_ordering::{order, order_line, product_category};
use purser_kernel::CommonProblem;
use purser_store::prelude::*;
use purser_tests::database::Engine;
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_of_another_organization_is_found_or_changed(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    let tx = world.store.write(&ours).await.unwrap();
    let row = add_category(&tx, "Dairy").await.unwrap();
    let customer = add_customer(&tx).await;
    let order = add_order(&tx, customer, "A", &["bolt"]).await;
    tx.commit().await.unwrap();

    let tx = world.store.write(&theirs).await.unwrap();

    assert!(tx.get::<product_category::Entity>(row.id).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.get_for_update::<product_category::Entity>(row.id).await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.find_by_id::<product_category::Entity>(row.id).await.unwrap(), None);
    assert_eq!(tx.find::<order::Entity>().having(order_line::Column::ProductName.eq("bolt")).count().await.unwrap(), 0);
    assert_eq!(tx.find::<order_line::Entity>().join(order::Column::Number.eq("A")).count().await.unwrap(), 0);
    assert!(tx.find::<order_line::Entity>().of(&order).all(10).await.unwrap().is_empty());
    assert!(tx.find::<order_line::Entity>().of_each(&[order]).await.unwrap()[0].is_empty());
    // The row was read in its own organization and is brought here.
    let rename = |row: &mut product_category::ActiveModel| row.name = Set("Ours now".to_owned());
    assert!(tx.update(row.clone(), rename).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.soft_delete(row.clone()).await.unwrap_err().is(CommonProblem::NotFound));
    let named = || product_category::Column::Id.eq(row.id);
    assert_eq!(tx.update_where(named(), rename).await.unwrap(), 0);
    assert_eq!(tx.increment(named(), [(product_category::Column::Version, 1)], |_| {}).await.unwrap(), 0);
    assert_eq!(tx.remove(named()).await.unwrap(), 0);
    // What is negated stays inside, too.
    assert_eq!(tx.remove(!product_category::Column::Name.eq("nothing")).await.unwrap(), 0);
    tx.commit().await.unwrap();

    let tx = world.store.read(&ours).await.unwrap();
    assert_eq!(tx.get::<product_category::Entity>(row.id).await.unwrap(), row);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_row_is_smuggled_into_another_organization(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    let tx = world.store.write(&ours).await.unwrap();
    let smuggled = || product_category::ActiveModel { organization_id: Set(theirs.organization), ..category("Dairy") };

    assert!(tx.insert(smuggled()).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.insert_many([category("ours"), smuggled()]).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.insert_if_absent(smuggled()).await.unwrap_err().is(CommonProblem::NotFound));
    assert!(tx.insert_many_if_absent([smuggled()]).await.unwrap_err().is(CommonProblem::NotFound));
    let upsert = tx.upsert(smuggled(), [product_category::Column::Id], [product_category::Column::Name]);
    assert!(upsert.await.unwrap_err().is(CommonProblem::NotFound));
    assert_eq!(tx.find::<product_category::Entity>().count().await.unwrap(), 0);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_begun_to_read_cannot_write(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let tx = world.store.system_read().await.unwrap();

    // The types refuse this for an organization's tables; for the global ones it is the database.
    let nobody = purser_entity_platform::job::Column::Kind.eq("none");
    assert!(tx.system().remove(nobody).await.is_err());
}
