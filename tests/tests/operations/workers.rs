//! `purser worker`, as many as there is work for.
use purser_tests::{
    app::{eventually, mails},
    database::{Engine, TestDatabase},
    program::Program,
    receiver::{Receiver, Response},
};
use serde_json::json;

/// SQLite serves one process.
#[tokio::test]
async fn several_processes_share_the_work_and_each_job_is_done_once() {
    const TENANTS: usize = 12;
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let server = Program::start(&database, &["--no-workers"]).await;
    for number in 0..TENANTS {
        server.tenant(&format!("owner{number}@example.com")).await;
    }
    let workers = [Program::worker(&database, &[]).await, Program::worker(&database, &[]).await];
    eventually("the jobs to be done", || async {
        let left = "select kind from jobs where status <> 'done'";
        database.owner().await.rows(left).await.unwrap().is_empty().then_some(())
    })
    .await;
    let twice = "select kind from jobs where attempts <> 1 and kind = 'auth.mail_token'";
    assert!(database.owner().await.rows(twice).await.unwrap().is_empty());
    for number in 0..TENANTS {
        assert_eq!(mails(&database, &format!("owner{number}@example.com")).len(), 1);
    }
    for worker in workers {
        assert!(worker.end().await.expect("it ends in time").success());
    }
}

/// A job that does not end keeps no process from ending, and goes on elsewhere.
#[tokio::test]
async fn a_worker_ends_when_it_is_told_and_what_it_left_is_taken_up_again() {
    let variables = [("PURSER_WEBHOOKS_ALLOW_LOOPBACK", "true"), ("PURSER_WEBHOOK_TIMEOUT_SECONDS", "30")];
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let receiver = Receiver::start().await;
    receiver.answer(|_| Response::Never);
    let server = Program::start_with(&database, &["--no-workers"], &variables).await;
    let owner = server.tenant("olive@example.com").await;
    let endpoint = json!({ "url": receiver.url, "event_types": ["project.created"] });
    owner.create("/v1/webhook-endpoints", &endpoint).await;
    owner.create("/v1/projects", &json!({ "name": "Cold store" })).await;
    let worker = Program::worker(&database, &variables).await;
    receiver.wait(1).await;

    let ended = worker.end().await.expect("it ends in time");
    assert!(!ended.success(), "it says that something was left");
    receiver.answer_with(204);
    let _worker = Program::worker(&database, &variables).await;
    receiver.wait(2).await;
}
