//! Jobs, as those look after them who run the installation.
use crate::{problem, trail};
use purser_tests::{
    app::{Tenant, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

const JOBS: &str = "/v1/admin/jobs";

async fn jobs(desk: &Tenant, query: &str) -> Vec<Value> {
    let page = desk.get(&format!("{JOBS}?{query}")).await.expect(200).json();
    page["data"].as_array().unwrap().clone()
}

fn verb(job: &Value, verb: &str) -> String {
    format!("{JOBS}/{}/{verb}", job["id"].as_str().unwrap())
}

/// Says in plain SQL how the job stands.
async fn becomes(app: &TestApp, job: &Value, change: &str) {
    let id = uuid_literal(app.database.engine, job["id"].as_str().unwrap());
    let sql = format!("update jobs set {change} where id = {id}");
    assert_eq!(app.database.owner().await.execute(&sql).await.unwrap(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn jobs_are_found_by_status_kind_and_organization_page_by_page(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let desk = app.administrator().await.desk;
    let (tenant, _other) = (app.tenant("Acme").await, app.tenant("Other").await);
    let all = jobs(&desk, "").await;
    let (mut path, mut seen) = (format!("{JOBS}?limit=2"), Vec::new());
    loop {
        let page = desk.get(&path).await.expect(200).json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|job| job["id"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{JOBS}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, all.iter().map(|job| job["id"].clone()).collect::<Vec<_>>(), "the newest first");

    let own = jobs(&desk, &format!("organization_id={}", tenant.organization_id)).await;
    assert!(!own.is_empty() && own.iter().all(|job| job["organization_id"] == json!(tenant.organization_id)));
    let mails = jobs(&desk, "kind=auth.mail_token&status=ready").await;
    assert_eq!(mails.len(), 3);
    // What it is about is the tenant's.
    assert!(mails[0].get("payload").is_none() && mails[0].get("unique_key").is_none(), "{}", mails[0]);
    becomes(&app, &mails[0], "status = 'dead'").await;
    assert_eq!(jobs(&desk, "status=dead").await[0]["id"], mails[0]["id"]);
    assert!(jobs(&desk, "kind=nothing").await.is_empty());
    desk.get(&format!("{JOBS}?status=asleep")).await.expect(422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_dead_job_begins_anew_and_what_it_died_of_stays_in_the_trail(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let admin = app.administrator().await;
    let (desk, tenant) = (&admin.desk, app.tenant("Acme").await);
    let job = jobs(desk, &format!("kind=auth.mail_token&organization_id={}", tenant.organization_id)).await.remove(0);
    problem(&desk.verb(&verb(&job, "retry")).await, 409, "illegal_transition");
    becomes(&app, &job, "status = 'dead', attempts = 12, last_error = 'unavailable', unique_key = 'mine'").await;

    let again = desk.verb(&verb(&job, "retry")).await.expect(200).json();
    assert_eq!(
        (&again["status"], &again["attempts"], &again["last_error"]),
        (&json!("ready"), &json!(0), &Value::Null)
    );

    let entry = trail(desk, "action=job.retry").await.remove(0);
    assert_eq!(
        (&entry["admin_id"], &entry["organization_id"]),
        (&json!(admin.person.user_id), &job["organization_id"])
    );
    let details = json!({
        "job_id": job["id"], "kind": "auth.mail_token", "status": "dead", "attempts": 12, "last_error": "unavailable",
    });
    assert_eq!(entry["details"], details);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_that_waits_is_taken_back_and_one_that_runs_is_not(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let desk = app.administrator().await.desk;
    let job = jobs(&desk, "kind=auth.mail_token").await.remove(0);
    for (status, possible) in [("running", json!([])), ("done", json!([]))] {
        becomes(&app, &job, &format!("status = '{status}'")).await;
        for action in ["cancel", "retry"] {
            let refused = desk.verb(&verb(&job, action)).await;
            problem(&refused, 409, "illegal_transition");
            assert_eq!((&refused.json()["current"], &refused.json()["possible"]), (&json!(status), &possible));
        }
    }
    assert!(trail(&desk, "action=job.cancel").await.is_empty());
    becomes(&app, &job, "status = 'ready'").await;

    let cancelled = desk.verb(&verb(&job, "cancel")).await.expect(200).json();
    assert_eq!(cancelled["status"], "cancelled");
    problem(&desk.verb(&verb(&job, "cancel")).await, 409, "illegal_transition");
    assert_eq!(trail(&desk, "action=job.cancel").await.len(), 1);
    let nobody = json!({ "id": "01a1fa5a-0000-7000-8000-000000000000" });
    problem(&desk.verb(&verb(&nobody, "cancel")).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_who_retry_a_job_at_once_one_does(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let desk = app.administrator().await.desk;
    let job = jobs(&desk, "kind=auth.mail_token").await.remove(0);
    becomes(&app, &job, "status = 'dead'").await;
    let path = verb(&job, "retry");
    let answers = futures_util::future::join_all((0..4).map(|_| desk.verb(&path))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    assert_eq!(trail(&desk, "action=job.retry").await.len(), 1);
}
