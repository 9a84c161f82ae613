//! Migrations go up and come down, one at a time and all at once.
use purser_migration::{Migrator, MigratorTrait};
use purser_tests::{
    database::{Engine, TestDatabase},
    schema::dump,
};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_step_down_undoes_its_step_up(#[case] engine: Engine) {
    let Some(database) = TestDatabase::empty(engine).await else {
        return;
    };
    assert_eq!(dump(&database).await, Vec::<String>::new());

    let mut heights = vec![dump(&database).await];
    for _ in Migrator::migrations() {
        database.up(Some(1)).await;
        heights.push(dump(&database).await);
    }
    let top = heights.pop().unwrap();
    assert!(top.len() > heights.last().unwrap().len(), "the last migration makes something");

    for height in heights.iter().rev() {
        database.down(Some(1)).await;
        assert_eq!(&dump(&database).await, height);
    }
    database.up(None).await;
    assert_eq!(dump(&database).await, top);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_the_way_down_leaves_an_empty_database(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let before = dump(&database).await;

    database.down(None).await;

    assert_eq!(dump(&database).await, Vec::<String>::new());
    database.up(None).await;
    assert_eq!(dump(&database).await, before);
}

#[test]
fn every_migration_runs_in_a_transaction() {
    for migration in Migrator::migrations() {
        assert_eq!(migration.use_transaction(), Some(true), "{}", migration.name());
    }
}
