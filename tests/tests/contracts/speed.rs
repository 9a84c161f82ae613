//! The statements that the API is measured against in `tests/speed`.
use purser_tests::{contract::root, schema::shapes};
use std::fs;

/// That the statement in the file begins as `begin` makes it of the names of the table's columns.
fn assert_begins(file: &str, table: &str, begin: impl Fn(Vec<&str>) -> String) {
    let statement = fs::read_to_string(root().join(format!("tests/speed/sql/{file}.sql"))).unwrap();
    let shape = shapes().into_iter().find(|shape| shape.name == table).unwrap();
    let begin = begin(shape.columns.into_iter().map(|column| column.name).collect());
    assert!(statement.starts_with(&begin), "{file}.sql: {begin}");
}

/// A bare handler that reads another row than the API does is no measure for it.
#[test]
fn the_bare_handler_reads_the_columns_that_the_api_reads() {
    for (file, table) in [
        ("order", "orders"),
        ("order_lines", "order_lines"),
        ("order_messages", "order_messages"),
        ("page", "orders"),
        ("page_lines", "order_lines"),
        ("page_messages", "order_messages"),
        ("policies", "approval_policies"),
    ] {
        assert_begins(file, table, |columns| {
            let columns: Vec<_> = columns.iter().map(|column| format!("\"{table}\".\"{column}\"")).collect();
            format!("SELECT {} FROM \"{table}\" ", columns.join(", "))
        });
    }
}

/// Nor one that writes another.
#[test]
fn the_bare_handler_writes_the_columns_that_the_api_writes() {
    for (file, table) in [
        ("access", "data_access_audit"),
        ("audit", "audit_logs"),
        ("audit_details", "audit_details"),
        ("confirm_history", "order_status_history"),
        ("event", "outbox_events"),
        ("job", "jobs"),
    ] {
        assert_begins(file, table, |columns| format!("INSERT INTO \"{table}\" (\"{}\") ", columns.join("\", \"")));
    }
}
