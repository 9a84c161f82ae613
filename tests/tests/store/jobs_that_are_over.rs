//! How long jobs are kept that are over, and how one begins anew.
use crate::{
    work::{jobs, work},
    world::World,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_platform::job::{self, Status};
use purser_kernel::{CommonProblem, PlatformScope, ids::JobId};
use purser_store::{
    Purge,
    jobs::{Job, JobHandler, administration},
    prelude::*,
};
use purser_tenancy::Tenancy;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Diary(Mutex<Vec<(JobId, i32)>>);

#[async_trait]
impl JobHandler for Diary {
    fn kind(&self) -> &'static str {
        "test.work"
    }

    async fn run(&self, _: &Store, job: &Job) -> Result<(), Problem> {
        self.0.lock().unwrap().push((job.id(), job.attempt()));
        Ok(())
    }
}

/// Jobs of every status.
async fn one_of_each(world: &World) -> Vec<job::Model> {
    let scope = world.tenant().await;
    let statuses = [Status::Ready, Status::Done, Status::Dead, Status::Cancelled];
    let tx = world.store.write(&scope).await.unwrap();
    tx.enqueue_many(statuses.iter().map(|_| NewJob::new("test.work", json!(0))).collect()).await.unwrap();
    tx.commit().await.unwrap();
    let queued = jobs(&world.store).await;
    let tx = world.store.system().await.unwrap();
    for (job, status) in queued.iter().zip(statuses) {
        let becomes = |row: &mut job::ActiveModel| {
            row.status = Set(status);
            row.attempts = Set(12);
            row.last_error = Set(Some("unavailable".to_owned()));
        };
        tx.system().update_where(job::Column::Id.eq(job.id), becomes).await.unwrap();
    }
    tx.commit().await.unwrap();
    jobs(&world.store).await
}

/// The purge of a night.
async fn purge(world: &World) {
    let tx = world.store.system().await.unwrap();
    tx.enqueue(NewJob::new(Purge::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    let handlers: [Arc<dyn JobHandler>; 1] = [Arc::new(Purge::new(Arc::new(Tenancy)))];
    work(&[&world.store], &handlers, 1).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_done_or_cancelled_is_kept_for_a_week_and_what_is_dead_until_somebody_decides(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    one_of_each(&world).await;
    let statuses = async || {
        let left = jobs(&world.store).await.into_iter().filter(|job| job.kind == "test.work");
        left.map(|job| job.status).collect::<Vec<_>>()
    };

    world.clock.advance(TimeDelta::days(7));
    purge(&world).await;
    assert_eq!(statuses().await, [Status::Ready, Status::Done, Status::Dead, Status::Cancelled]);

    world.clock.advance(TimeDelta::seconds(1));
    purge(&world).await;
    assert_eq!(statuses().await, [Status::Ready, Status::Dead]);
}

/// More than one transaction removes.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn however_many_are_over_they_go_in_one_night(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let tx = world.store.write(&world.tenant().await).await.unwrap();
    tx.enqueue_many((0..1_203).map(|_| NewJob::new("test.work", json!(0))).collect()).await.unwrap();
    let over = |row: &mut job::ActiveModel| row.status = Set(Status::Done);
    tx.system().update_where(job::Column::Kind.eq("test.work"), over).await.unwrap();
    tx.commit().await.unwrap();

    world.clock.advance(TimeDelta::days(8));
    purge(&world).await;
    assert!(jobs(&world.store).await.iter().all(|job| job.kind == Purge::KIND));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_dead_job_begins_anew_and_is_done(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let [ready, done, dead, cancelled]: [job::Model; 4] = one_of_each(&world).await.try_into().unwrap();
    let (who, diary) = (PlatformScope::command("test"), Arc::new(Diary::default()));
    let tx = world.store.system().await.unwrap();
    administration::cancel(tx.system(), &who, ready.id).await.unwrap();
    for job in [&dead, &cancelled] {
        let again = administration::retry(tx.system(), &who, job.id).await.unwrap();
        assert_eq!((again.status, again.attempts, again.last_error), (Status::Ready, 0, None));
    }
    let refused = administration::retry(tx.system(), &who, done.id).await.unwrap_err();
    assert!(refused.is(CommonProblem::IllegalTransition));
    tx.commit().await.unwrap();

    let handlers: [Arc<dyn JobHandler>; 1] = [diary.clone()];
    work(&[&world.store], &handlers, 2).await;

    let mut ran = diary.0.lock().unwrap().clone();
    ran.sort_unstable();
    assert_eq!(ran, [(dead.id, 1), (cancelled.id, 1)]);
}

/// Looks for itself whether somebody may take it back while it runs.
#[derive(Default)]
struct Regretted(Mutex<Option<Problem>>);

#[async_trait]
impl JobHandler for Regretted {
    fn kind(&self) -> &'static str {
        "test.work"
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let tx = store.system().await?;
        let refused = administration::cancel(tx.system(), &PlatformScope::command("test"), job.id()).await;
        *self.0.lock().unwrap() = refused.err();
        Ok(())
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_runs_is_left_to_its_end(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, regretted) = (world.tenant().await, Arc::new(Regretted::default()));
    let tx = world.store.write(&scope).await.unwrap();
    tx.enqueue(NewJob::new("test.work", json!(0))).await.unwrap();
    tx.commit().await.unwrap();

    let handlers: [Arc<dyn JobHandler>; 1] = [regretted.clone()];
    work(&[&world.store], &handlers, 1).await;

    let refused = regretted.0.lock().unwrap().take().unwrap();
    assert!(refused.is(CommonProblem::IllegalTransition), "{refused}");
    assert_eq!(jobs(&world.store).await[0].status, Status::Done);
}
