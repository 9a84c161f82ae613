//! docs/schema.md.
use crate::sources::{self, Described};
use purser_entity_core::{ColumnShape, TableShape};
use purser_tests::{
    contract::{self, ACCEPT},
    database::{Engine, TestDatabase},
    schema::{
        catalogue::{self, Table},
        shapes,
    },
};
use sea_orm::sea_query::{ColumnType, StringLen};
use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "
Every table of a tenant has the key `(organization_id, id)`; its references to such tables and its unique indexes begin with
`organization_id`, which is left out below. `?` marks what may be empty. On SQLite an id is 16 bytes, a time is a text and JSON is a
text; on PostgreSQL they are `uuid`, `timestamptz` and `jsonb`.
";

fn kind(column_type: &ColumnType) -> String {
    match column_type {
        ColumnType::Uuid => "uuid".to_owned(),
        ColumnType::String(StringLen::N(length)) => format!("text({length})"),
        ColumnType::Char(Some(length)) => format!("char({length})"),
        ColumnType::String(_) | ColumnType::Text => "text".to_owned(),
        ColumnType::Integer => "int".to_owned(),
        ColumnType::BigInteger => "bigint".to_owned(),
        ColumnType::Double => "double".to_owned(),
        ColumnType::Boolean => "bool".to_owned(),
        ColumnType::TimestampWithTimeZone => "time".to_owned(),
        ColumnType::Date => "date".to_owned(),
        ColumnType::VarBinary(_) | ColumnType::Blob => "bytes".to_owned(),
        ColumnType::Json | ColumnType::JsonBinary => "json".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Without the tenant, which is the same everywhere.
fn own(columns: &[String]) -> Vec<&str> {
    columns.iter().map(String::as_str).filter(|column| *column != "organization_id").collect()
}

fn column(shape: &ColumnShape, table: &Table, described: &Described) -> String {
    let mut about = described.columns.get(shape.name).cloned().unwrap_or_default();
    let points = table.foreign_keys.iter().find(|key| match own(&key.columns)[..] {
        [] => shape.name == "organization_id",
        [only] => only == shape.name,
        _ => false,
    });
    if let Some(key) = points {
        let target = if key.to_columns.last().is_some_and(|column| column == "id") {
            format!("→ {}", key.to_table)
        } else {
            format!("→ {}.{}", key.to_table, key.to_columns.last().unwrap())
        };
        about = format!("{target}. {about}");
    }
    let optional = if shape.nullable { "?" } else { "" };
    let about = about.trim().trim_end_matches(". ").replace('|', "\\|");
    format!("| `{}` | {}{optional} | {about} |\n", shape.name, kind(&shape.column_type))
}

fn section(shape: &TableShape, table: &Table, described: &Described) -> String {
    let belongs = if shape.is_tenant() { "" } else { " Belongs to no tenant." };
    let mut text =
        format!("\n### {}\n\n{}{belongs}\n\n| column | type | |\n| --- | --- | --- |\n", shape.name, described.about);
    text.extend(shape.columns.iter().map(|shape| column(shape, table, described)));
    let list = |unique: bool| {
        let mut names: Vec<String> = table
            .indexes
            .iter()
            .filter(|index| index.unique == unique && !index.gin && index.columns != table.primary_key)
            .map(|index| {
                format!("`{}`{}", own(&index.columns).join(", "), if index.partial { " (of some rows)" } else { "" })
            })
            .filter(|name| name != "``")
            .collect();
        names.sort();
        names.dedup();
        names.join("; ")
    };
    for (label, names) in [("Unique", list(true)), ("Indexed", list(false))] {
        if !names.is_empty() {
            write!(text, "\n{label}: {names}\n").unwrap();
        }
    }
    text
}

#[tokio::test]
async fn the_tables_are_those_that_were_agreed() {
    let database = TestDatabase::new(Engine::Sqlite).await.unwrap();
    let (live, described) = (catalogue::read(&database).await, sources::read());
    let mut domains = BTreeMap::<&str, Vec<TableShape>>::new();
    for shape in shapes() {
        domains.entry(&described[shape.name].domain).or_default().push(shape);
    }
    let mut page = format!(
        "# Schema\n\nMade from the code: `{ACCEPT}` writes this page, and a test fails when it is out of date.\n{HEAD}"
    );
    for (domain, mut shapes) in domains {
        shapes.sort_by_key(|shape| shape.name);
        write!(page, "\n## {domain}\n").unwrap();
        page.extend(shapes.iter().map(|shape| section(shape, &live[shape.name], &described[shape.name])));
    }

    contract::hold("docs/schema.md", &page);
}
