//! What people delete comes back or goes for good, in whichever table: the catalogue lists them.
use purser_api::wiring::restorables;
use purser_store::ports::{Deletable, Reference};
use purser_tests::{
    database::{Engine, TestDatabase},
    schema::catalogue::{self, Table},
};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};

/// Tables that can mark rows as deleted and of which nobody can delete any: their entities are not `SoftDelete`, which
/// `tests/src/wall.rs` and the workspace suite show.
const NOBODY_DELETES: [&str; 2] = ["conversations", "orders"];

/// The table, and those whose rows are parts of its rows.
fn with_parts<'t>(table: &'t str, tables: &'t BTreeMap<String, Table>) -> BTreeSet<&'t str> {
    let mut all = BTreeSet::from([table]);
    loop {
        let goes_with = |table: &Table| {
            table.foreign_keys.iter().any(|key| key.on_delete == "cascade" && all.contains(&*key.to_table))
        };
        let more: Vec<&str> = tables.iter().filter(|(_, table)| goes_with(table)).map(|(name, _)| &**name).collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_table_that_people_delete_from_has_somebody_who_brings_back(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let tables = catalogue::read(&database).await;
    let domains: Vec<Deletable> = restorables().iter().map(|domain| domain.about()).collect();
    let mut known: BTreeSet<&str> = NOBODY_DELETES.into();
    assert!(domains.iter().all(|about| known.insert(about.table)), "a table has two: {domains:?}");
    // Some are deleted by themselves as well as with what they are parts of.
    known.extend(domains.iter().flat_map(|about| about.parts));
    let of_tenants = tables.iter().filter(|(_, table)| table.primary_key[0] == "organization_id");
    let deletable = of_tenants.filter(|(_, table)| table.columns.contains_key("deleted_at"));
    assert_eq!(deletable.map(|(name, _)| &**name).collect::<BTreeSet<_>>(), known);
}

/// A purge knows beforehand what refers to a row, and removes no row that something else needs.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whatever_refers_to_a_deleted_row_is_asked_before_it_goes(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let tables = catalogue::read(&database).await;
    for domain in restorables() {
        let Deletable { table, parts, referred_to_by, removed_first, .. } = domain.about();
        let own = with_parts(table, &tables);
        assert!(parts.iter().all(|part| own.contains(part)), "{table}: what comes back with a row goes with it");
        let asked = |name: &str| referred_to_by.iter().any(|reference| reference.table == name);
        for (name, other) in &tables {
            for key in other.foreign_keys.iter().filter(|key| key.on_delete != "cascade") {
                if !own.contains(&*key.to_table) || own.contains(&**name) && *name != table {
                    continue;
                }
                let handled = asked(name) || removed_first.contains(&&**name);
                assert!(
                    handled,
                    "{name} refers to {} by {:?}, and purging {table} does not know",
                    key.to_table, key.columns
                );
            }
        }
        for Reference { table: name, column } in referred_to_by {
            let exists = tables[*name]
                .foreign_keys
                .iter()
                .any(|key| key.to_table == table && key.columns.last().unwrap() == column);
            assert!(exists, "{name}.{column} does not refer to {table}");
        }
    }
}
