//! The rules of the data model that hold for every table.
use purser_migration::{global_tables, tenant_tables};
use purser_tests::{
    database::{Engine, TestDatabase},
    schema::catalogue::{self, Table},
};
use rstest::rstest;
use std::collections::BTreeMap;

/// Those of the data model's list that exist so far.
const GLOBAL: [&str; 21] = [
    "audit_seal_keys",
    "exchange_rates",
    "impersonations",
    "jobs",
    "master_keys",
    "mfa_challenges",
    "mfa_factors",
    "one_time_tokens",
    "organization_slugs",
    "organizations",
    "platform_audit_logs",
    "platform_sessions",
    "refresh_tokens",
    "schedules",
    "sessions",
    "sign_in_networks",
    "sign_in_strangers",
    "sign_ups",
    "signing_keys",
    "user_credentials",
    "users",
];

fn tenants(tables: &BTreeMap<String, Table>) -> impl Iterator<Item = (&String, &Table)> {
    tables.iter().filter(|(name, _)| !GLOBAL.contains(&name.as_str()))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_lists_of_tables_are_right(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let tables = catalogue::read(&database).await;

    let tenants: Vec<_> = tenants(&tables).map(|(name, _)| name.as_str()).collect();
    assert_eq!(tenants, tenant_tables());
    assert_eq!(GLOBAL, global_tables());
    assert!(GLOBAL.iter().all(|name| tables.contains_key(*name)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_of_tenant_tables_begin_with_the_organization(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let tables = catalogue::read(&database).await;

    for (name, table) in tenants(&tables) {
        assert_eq!(table.primary_key, ["organization_id", "id"], "{name}");
        for index in table.indexes.iter().filter(|index| index.unique) {
            assert_eq!(index.columns[0], "organization_id", "{name}: {index:?}");
        }
        for key in &table.foreign_keys {
            if GLOBAL.contains(&key.to_table.as_str()) {
                assert_eq!(key.to_columns, ["id"], "{name}: {key:?}");
                continue;
            }
            assert_eq!(key.columns[0], "organization_id", "{name}: {key:?}");
            let target = if key.to_table == "memberships" && key.to_columns[1] == "user_id" { "user_id" } else { "id" };
            assert_eq!(key.to_columns, ["organization_id", target], "{name}: {key:?}");
        }
        let belongs =
            table.foreign_keys.iter().any(|key| key.columns == ["organization_id"] && key.to_table == "organizations");
        assert!(belongs, "{name} does not belong to an organization");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn people_are_members_of_the_organization(#[case] engine: Engine) {
    const PEOPLE: [&str; 17] = [
        "accepted_by",
        "approved_by",
        "assignee_id",
        "changed_by",
        "created_by",
        "deleted_by",
        "feedback_by",
        "invited_by",
        "owner_id",
        "previous_secret_by",
        "purged_by",
        "restored_by",
        "reviewed_by",
        "secret_by",
        "sender_id",
        "user_id",
        "updated_by",
    ];
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let tables = catalogue::read(&database).await;

    for (name, table) in tenants(&tables) {
        for column in PEOPLE.iter().filter(|column| table.columns.contains_key(**column)) {
            if name == "memberships" && *column == "user_id" {
                continue;
            }
            let member = table
                .foreign_keys
                .iter()
                .any(|key| key.columns == ["organization_id", *column] && key.to_table == "memberships");
            assert!(member, "{name}.{column}");
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_reference_has_an_index_and_never_becomes_null(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };

    for (name, table) in &catalogue::read(&database).await {
        for key in &table.foreign_keys {
            let covered = table
                .indexes
                .iter()
                .any(|index| !index.partial && !index.gin && index.columns.starts_with(&key.columns));
            assert!(covered, "{name}: {key:?} has no index");
            assert!(["no action", "cascade"].contains(&key.on_delete.as_str()), "{name}: {key:?}");
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn columns_that_go_together_are_together(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };

    for (name, table) in &catalogue::read(&database).await {
        let has = |column: &str| table.columns.contains_key(column);
        // Deletions say by whom, and when in `created_at`: they are not deleted themselves.
        assert!(has("deleted_at") == has("deleted_by") || name == "deletions", "{name}");
        assert!(
            ["created_at", "occurred_at", "received_at", "issued_at", "started_at"].iter().any(|column| has(column)),
            "{name}"
        );
    }
}

/// PostgreSQL cuts longer names, and a name that was cut is not found again in an error.
#[tokio::test]
async fn names_fit() {
    let Some(database) = TestDatabase::new(Engine::Sqlite).await else {
        return;
    };
    for (name, table) in catalogue::read(&database).await {
        // Citus appends the number of a shard, such as `_102008`.
        assert!(name.len() <= 56, "{name}");
        for index in table.indexes {
            assert!(index.name.len() <= 56 || index.name.starts_with("sqlite_"), "{}", index.name);
        }
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let Some(postgres) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let sqlite = TestDatabase::new(Engine::Sqlite).await.unwrap();
    let describe = |tables: BTreeMap<String, Table>| -> Vec<String> {
        let mut lines = Vec::new();
        for (name, table) in tables {
            lines.extend(table.columns.iter().map(|(column, is)| format!("{name}.{column} nullable {}", is.nullable)));
            let indexes = table.indexes.iter().filter(|index| !index.gin);
            lines.extend(indexes.map(|index| {
                format!("{name} index {:?} unique {} partial {}", index.columns, index.unique, index.partial)
            }));
            lines.extend(table.foreign_keys.iter().map(|key| format!("{name} {key:?}")));
        }
        lines.sort();
        lines
    };

    assert_eq!(describe(catalogue::read(&sqlite).await), describe(catalogue::read(&postgres).await));
}
