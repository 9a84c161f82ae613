//! The kinds of jobs: in docs/operations.md, and in what their payloads are held against.
use purser_api::wiring::Services;
use purser_tests::{app::TestApp, contract::root, database::Engine, payloads};
use std::{collections::BTreeMap, fs};

/// What the page says that each kind does, in its order.
fn told() -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let (_, table) = page.split_once("\n| kind | does |\n| --- | --- |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let row = |row: &str| {
        let (kind, does) = row.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        Some((kind.to_owned(), does.to_owned()))
    };
    rows.map(|line| row(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

/// Operators list, retry and count jobs by their kinds: the table says what each does, in their order.
#[tokio::test]
async fn every_kind_of_job_is_told_to_operators_and_no_other() {
    let Some(app) = TestApp::start_without_workers(Engine::Sqlite).await else { return };
    let kinds: Vec<String> = told().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, app.app().services().job_kinds());
}

/// As people say it: nobody has to read five fields.
fn in_words(cron: &str) -> String {
    let fields: Vec<&str> = cron.split(' ').collect();
    match fields[..] {
        ["*/5", "*", "*", "*", "*"] => "every five minutes".to_owned(),
        ["*/15", "*", "*", "*", "*"] => "every quarter of an hour".to_owned(),
        [_, "*", "*", "*", "*"] => "hourly".to_owned(),
        [minute, hour, "*", "*", "*"] => format!("nightly at {hour:0>2}:{minute:0>2} UTC"),
        _ => panic!("{cron} has no words here yet"),
    }
}

/// What comes by itself does so when the table says, and nothing else does.
#[test]
fn every_schedule_is_told_to_operators_and_no_other() {
    let schedules: BTreeMap<&str, &str> = Services::schedules().iter().copied().collect();
    let told = told();
    let comes_again = |does: &str| ["every ", "hourly", "nightly"].iter().any(|word| does.starts_with(word));
    for (kind, does) in &told {
        match schedules.get(&**kind) {
            Some(cron) => {
                let words = in_words(cron);
                let rest = does.strip_prefix(&*words);
                assert!(rest.is_some_and(|rest| rest.starts_with([':', ','])), "{kind}, {words}: {does}");
            }
            None => assert!(!comes_again(does), "{kind} has no schedule: {does}"),
        }
    }
    assert!(schedules.keys().all(|kind| told.iter().any(|(listed, _)| listed == kind)));
}

/// A job that is to say something says what in `purser_tests::payloads`, by which it is held to that.
#[tokio::test]
async fn every_kind_of_job_says_what_its_payload_holds() {
    let Some(app) = TestApp::start_without_workers(Engine::Sqlite).await else { return };
    assert_eq!(payloads::kinds(), app.app().services().job_kinds());
}
