//! Several at once, and one that dies.
use super::{buyer, delete, id, make, purge, restore};
use crate::trail::Trail;
use chrono::TimeDelta;
use futures_util::future::join_all;
use purser_tests::{app::eventually, database::Engine, steps};
use rstest::rstest;
use serde_json::json;
use tokio::sync::Mutex;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_restore_one_does(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    for resource in ["customer", "product"] {
        let path = make(&trail.tenant, resource).await;
        let deletion = delete(&trail.tenant, &path).await;
        let answers = join_all((0..6).map(|_| restore(&trail.tenant, &deletion))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "{answers:?}");
        assert!(lost.iter().all(|answer| answer.status == 409 && answer.problem() == "already_restored"), "{lost:?}");
        trail.tenant.get(&path).await.expect(200);
    }
    assert_eq!(trail.entries("deletion.restore").await.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_a_restore_and_a_purge_one_wins(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    for round in 0..8 {
        let path = make(&trail.tenant, "project").await;
        let deletion = delete(&trail.tenant, &path).await;
        let (restored, purged) = if round % 2 == 0 {
            tokio::join!(restore(&trail.tenant, &deletion), purge(&trail.tenant, &deletion))
        } else {
            let (purged, restored) = tokio::join!(purge(&trail.tenant, &deletion), restore(&trail.tenant, &deletion));
            (restored, purged)
        };
        match (restored.status, purged.status) {
            (200, 409) => {
                assert_eq!(purged.problem(), "already_restored");
                trail.tenant.get(&path).await.expect(200);
                delete(&trail.tenant, &path).await;
            }
            (409, 200) => {
                assert_eq!(restored.problem(), "already_purged");
                assert_eq!(trail.rows_at("projects", &path).await, 0);
            }
            other => panic!("round {round}: {other:?}"),
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_purgers_each_deletion_is_purged_by_one(#[case] engine: Engine) {
    let Some((mut trail, products)) = Trail::with_products(engine).await else { return };
    for product in &products {
        delete(&trail.tenant, &format!("/v1/products/{}", id(product))).await;
    }
    for _ in 0..6 {
        let path = make(&trail.tenant, "project").await;
        delete(&trail.tenant, &path).await;
    }
    trail.wait(TimeDelta::days(31)).await;
    for run in join_all((0..4).map(|_| trail.purge_due())).await {
        run.unwrap();
    }
    assert_eq!(trail.rows("deletions", "purged_at is null").await, 0);
    assert_eq!(trail.entries("deletion.purge").await.len(), 10);
}

/// Wherever a purger stops, a deletion is purged as a whole or can still be: the next one goes on.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_purger_that_dies_half_way_leaves_nothing_half(#[case] engine: Engine) {
    let Some((mut trail, _)) = Trail::with_products(engine).await else { return };
    for _ in 0..3 {
        let path = make(&trail.tenant, "customer").await;
        delete(&trail.tenant, &path).await;
    }
    trail.wait(TimeDelta::days(31)).await;
    let mut died = 0;
    for steps in 1.. {
        let mut run = Box::pin(trail.purge_due());
        let ended = steps::within(steps, run.as_mut()).await;
        drop(run);
        if let Some(purged) = ended {
            purged.unwrap();
            break;
        }
        died += 1;
        // In one statement: a commit that was dropped runs to its end in the background.
        let half = "(d.purged_at is null) <> exists (select 1 from customers c where c.id = d.resource_id)
            or (d.purged_at is null) <> (d.snapshot is not null)";
        assert_eq!(trail.rows("deletions d", half).await, 0, "after {steps} steps");
        assert!(steps < 1_000, "it never ends");
    }
    assert!(died > 1, "it died {died} times");
    assert_eq!(trail.entries("deletion.purge").await.len(), 3);
}

/// An order that comes to name a customer while they are purged, and of which the purge did not know when it looked. SQLite lets nobody write
/// meanwhile.
#[tokio::test]
async fn what_comes_to_refer_to_it_meanwhile_is_in_the_way() {
    let Some((trail, _)) = Trail::with_products(Engine::Postgres).await else { return };
    let tenant = &trail.tenant;
    buyer(&trail).await;
    let order = tenant.get("/v1/orders").await.expect(200).json()["data"][0].clone();
    let path = make(tenant, "customer").await;
    let deletion = delete(tenant, &path).await;
    let (mut raw, watching) = (trail.app.database.owner().await, Mutex::new(trail.app.database.owner().await));
    let (customer, order) = (trail.id(path.rsplit('/').next().unwrap()), trail.id(id(&order)));
    raw.execute("begin").await.unwrap();
    raw.execute(&format!("update orders set customer_id = {customer} where id = {order}")).await.unwrap();
    let meanwhile = async {
        let waits = "select 'waits' from pg_locks join pg_stat_activity using (pid)
            where datname = current_database() and not granted";
        eventually("the purge to wait for the order", || async {
            (!watching.lock().await.rows(waits).await.unwrap().is_empty()).then_some(())
        })
        .await;
        raw.execute("commit").await.unwrap();
    };
    let (purged, ()) = tokio::join!(purge(tenant, &deletion), meanwhile);
    assert_eq!(purged.expect(409).problem(), "in_use");
    let shown = super::show(tenant, &deletion).await;
    assert!(shown["purged_at"].is_null() && !shown["snapshot"].is_null(), "{shown}");
    // The next one knows.
    assert_eq!(purge(tenant, &deletion).await.expect(200).json()["kept_for"], json!(["orders"]));
    assert_eq!(trail.rows_at("customers", &path).await, 1);
}
