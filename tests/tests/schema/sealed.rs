//! What is sealed is known to be: a rotation forgets no column.
use purser_store::{SEALED, SEALED_GLOBALLY};
use purser_tests::{
    database::{Engine, TestDatabase},
    schema::catalogue,
};
use rstest::rstest;
use std::collections::BTreeSet;

fn is_sealed(column: &str) -> bool {
    column == "ciphertext" || column.ends_with("_ciphertext")
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_sealed_column_is_in_the_list_of_those_that_a_rotation_goes_through(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let tables = catalogue::read(&database).await;
    let mut found = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for (name, table) in &tables {
        found.extend(table.columns.keys().filter(|column| is_sealed(column)).map(|column| (&**name, &**column)));
        let to_keys = table.foreign_keys.iter().filter(|key| key.to_table == "encryption_keys");
        keys.extend(to_keys.map(|key| (&**name, &*key.columns[1])));
    }
    let tenants = SEALED.iter().map(|column| (column.table, column.column));
    let listed: BTreeSet<_> =
        tenants.chain(SEALED_GLOBALLY.iter().map(|column| (column.table, column.column))).collect();
    assert_eq!(found, listed, "columns with something sealed, and store::SEALED and SEALED_GLOBALLY");
    let listed: BTreeSet<_> = SEALED.iter().map(|column| (column.table, column.key)).collect();
    assert_eq!(keys, listed, "columns that name an organization's key, and store::SEALED");
    // Whose rows only their person sees is gone through person by person.
    for column in SEALED_GLOBALLY {
        assert_eq!(column.personal, purser_migration::PERSON_TABLES.contains(&column.table), "{column:?}");
    }
}
