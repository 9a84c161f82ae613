//! What organizations keep no longer.
use crate::{
    work::{jobs, work},
    world::World,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_platform::job::Status;
use purser_kernel::{Kept, OrganizationId};
use purser_store::{
    jobs::JobHandler,
    ports::Retention,
    prelude::*,
    retention::{Expiring, RemoveExpired},
};
use purser_tenancy::Tenancy;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// Everything is kept for a week.
pub(crate) struct AWeek;

#[async_trait]
impl Retention for AWeek {
    async fn kept_since(&self, tx: &ReadTx, _: Kept) -> Result<Option<Timestamp>, Problem> {
        Ok(Some(tx.now() - TimeDelta::days(7)))
    }
}

/// What cannot be removed from one organization.
struct Stubborn {
    here: OrganizationId,
    asked: Mutex<Vec<OrganizationId>>,
}

#[async_trait]
impl Expiring for Stubborn {
    fn what(&self) -> Kept {
        Kept::Events
    }

    async fn remove_some(&self, tx: &WriteTx, _: Timestamp) -> Result<bool, Problem> {
        let organization = tx.organization();
        self.asked.lock().unwrap().push(organization);
        if organization == self.here { Err(Problem::internal("it stays")) } else { Ok(false) }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_wrong_with_one_organization_keeps_no_other_from_its_turn(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(world.tenant().await.organization);
    }
    all.sort_unstable();
    let stubborn = Arc::new(Stubborn { here: all[0], asked: Mutex::default() });
    let remove = RemoveExpired::new(Arc::new(Tenancy), Arc::new(AWeek), vec![stubborn.clone()]);
    let tx = world.store.system().await.unwrap();
    tx.enqueue(NewJob::new(RemoveExpired::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();

    let handlers: [Arc<dyn JobHandler>; 1] = [Arc::new(remove)];
    work(&[&world.store], &handlers, 1).await;

    assert_eq!(*stubborn.asked.lock().unwrap(), all);
    let job = jobs(&world.store).await.remove(0);
    assert_eq!((job.status, job.last_error.as_deref()), (Status::Ready, Some("internal")), "it is tried again");
}
