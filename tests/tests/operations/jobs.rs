//! What an operator does about jobs from the command line.
use purser_tests::{app::TestApp, database::Engine, program};
use rstest::rstest;

/// The lines of `purser jobs list` with these arguments.
async fn listed(app: &TestApp, arguments: &[&str]) -> Vec<String> {
    let (well, said) = program::run(&app.database, &[&["jobs", "list"], arguments].concat()).await;
    assert!(well, "{said}");
    said.lines().map(str::to_owned).collect()
}

async fn change(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    program::run(&app.database, &[&["jobs"], arguments].concat()).await
}

fn id(line: &str) -> &str {
    line.split_whitespace().next().unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn jobs_are_listed_taken_back_and_begin_anew(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (tenant, other) = (app.tenant("Acme").await, app.tenant("Other").await);
    let all = listed(&app, &[]).await;
    let own = listed(&app, &["--organization", &tenant.organization_id]).await;
    let theirs = listed(&app, &["--organization", &other.organization_id]).await;
    assert!(!own.is_empty() && own.iter().all(|line| line.contains(&tenant.organization_id)), "{own:?}");
    assert!(all.len() >= own.len() + theirs.len());
    let mails = listed(&app, &["--kind", "auth.mail_token", "--status", "ready"]).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(listed(&app, &["--status", "dead"]).await.is_empty());

    let job = id(&mails[0]);
    let (well, said) = change(&app, &["cancel", job]).await;
    assert!(well && said.contains("cancelled"), "{said}");
    assert_eq!(listed(&app, &["--status", "cancelled"]).await.len(), 1);
    // Twice is once; and one that cannot be changed stops no other.
    let (well, said) = change(&app, &["cancel", job, "nonsense", id(&mails[1])]).await;
    assert!(!well && said.lines().filter(|line| line.starts_with("failed")).count() == 2, "{said}");
    assert_eq!(listed(&app, &["--status", "cancelled"]).await.len(), 2);
    let (well, said) = change(&app, &["retry", job]).await;
    assert!(well && said.contains("0/12 attempts"), "{said}");

    let dead =
        "update jobs set status = 'dead', attempts = 12, last_error = 'unavailable' where kind = 'outbox.dispatch'";
    let dead = app.database.owner().await.execute(dead).await.unwrap();
    assert_eq!(listed(&app, &["--status", "dead"]).await.len(), usize::try_from(dead).unwrap());
    let (well, said) = change(&app, &["retry", "--kind", "outbox.dispatch"]).await;
    assert!(well && said.contains(&format!("{dead} jobs of outbox.dispatch")), "{said}");
    assert!(listed(&app, &["--status", "dead"]).await.is_empty());
    let trail = "select action from platform_audit_logs where action like 'job.%' order by created_at, id";
    let trail = app.database.owner().await.rows(trail).await.unwrap();
    assert_eq!(trail.len(), 3 + usize::try_from(dead).unwrap());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[tokio::test]
async fn what_makes_no_sense_is_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    for arguments in [
        &["list", "--status", "sleeping"][..],
        &["list", "--organization", "nobody"],
        &["list", "--limit", "0"],
        &["retry"],
        &["retry", "01a1fa5a-0000-7000-8000-000000000000"],
        &["cancel"],
    ] {
        let (well, said) = change(&app, arguments).await;
        assert!(!well, "{arguments:?}: {said}");
    }
}
