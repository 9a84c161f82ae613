//! The kinds of jobs in docs/operations.md.
use purser_tests::{app::TestApp, contract::root, database::Engine};
use std::fs;

/// Operators list, retry and count jobs by their kinds: the table says what each does, in their order.
#[tokio::test]
async fn every_kind_of_job_is_told_to_operators_and_no_other() {
    let Some(app) = TestApp::start_without_workers(Engine::Sqlite).await else { return };
    let page = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let (_, table) = page.split_once("\n| kind | does |\n| --- | --- |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let told: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap_or(row)).collect();
    assert_eq!(told, app.app().services().job_kinds());
}
