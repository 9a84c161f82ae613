//! Entities and migrations describe the same tables.
use purser_tests::{
    database::{Engine, TestDatabase},
    schema::{catalogue, shapes},
};
use rstest::rstest;
use sea_orm::sea_query::{ColumnType, StringLen};

/// What the database calls a column of this type.
fn kind(engine: Engine, column_type: &ColumnType) -> String {
    let (sqlite, postgres) = match column_type {
        ColumnType::Uuid => ("uuid_text", "uuid"),
        // Bounded by a CHECK.
        ColumnType::String(StringLen::None) | ColumnType::Text => ("text", "text"),
        ColumnType::String(StringLen::N(length)) => {
            return match engine {
                Engine::Sqlite => format!("varchar({length})"),
                Engine::Postgres => format!("character varying({length})"),
            };
        }
        ColumnType::Char(Some(length)) => {
            return match engine {
                Engine::Sqlite => format!("char({length})"),
                Engine::Postgres => format!("character({length})"),
            };
        }
        ColumnType::Integer => ("integer", "integer"),
        // An integer of SQLite has 64 bits.
        ColumnType::BigInteger => ("integer", "bigint"),
        ColumnType::Double => ("double", "double precision"),
        ColumnType::Boolean => ("boolean", "boolean"),
        ColumnType::TimestampWithTimeZone => ("timestamp_with_timezone_text", "timestamp with time zone"),
        ColumnType::Date => ("date_text", "date"),
        ColumnType::VarBinary(StringLen::None) | ColumnType::Blob => ("blob", "bytea"),
        ColumnType::Json | ColumnType::JsonBinary => ("jsonb_text", "jsonb"),
        other => panic!("no entity should have a column of the type {other:?}"),
    };
    match engine {
        Engine::Sqlite => sqlite.to_owned(),
        Engine::Postgres => postgres.to_owned(),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn entities_and_migrations_describe_the_same_tables(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let mut entities = Vec::new();
    for shape in shapes() {
        for column in &shape.columns {
            let kind = kind(engine, &column.column_type);
            entities.push(format!("{}.{}: {kind}, nullable {}", shape.name, column.name, column.nullable));
        }
        entities.push(format!("{}: {:?}", shape.name, shape.primary_key));
    }
    let mut migrations = Vec::new();
    for (name, table) in catalogue::read(&database).await {
        for (column, definition) in &table.columns {
            migrations.push(format!("{name}.{column}: {}, nullable {}", definition.kind, definition.nullable));
        }
        migrations.push(format!("{name}: {:?}", table.primary_key));
    }

    let missing: Vec<_> = entities.iter().filter(|line| !migrations.contains(line)).collect();
    let surplus: Vec<_> = migrations.iter().filter(|line| !entities.contains(line)).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "only in entities: {missing:#?}\nonly in migrations: {surplus:#?}"
    );
}
