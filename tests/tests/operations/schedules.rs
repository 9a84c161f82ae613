//! What comes again, as operators find it in the table.
use purser_api::wiring::Services;
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_works_writes_down_all_that_comes_again_and_when(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let line = |(kind, cron): &(&str, &str)| format!("{kind} {cron}");
    let mut planned: Vec<String> = Services::schedules().iter().map(line).collect();
    planned.sort();
    eventually("the schedules to be written down", || async {
        let sql = "select kind || ' ' || cron from schedules where next_run_at > created_at";
        let mut written = app.database.owner().await.rows(sql).await.unwrap().concat();
        written.sort();
        (written == planned).then_some(())
    })
    .await;
}
