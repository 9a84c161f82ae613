//! Several sealers, sealers that die, and writers beside them.
use crate::trail::Trail;
use futures_util::future::join_all;
use purser_compliance::sealer::{LATE, seal};
use purser_kernel::Scope;
use purser_store::AuditEntry;
use purser_tests::{database::Engine, steps};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_sealers_each_entry_is_sealed_by_one(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let node = trail.app.another_node().await;
    let stores = [trail.store().clone(), node.app.services().store.clone()];
    for round in 0..4 {
        trail.more(1_200).await;
        let runs = (0..6).map(|place| {
            let (store, organization) = (stores[place % 2].clone(), trail.organization());
            tokio::spawn(async move { seal(&store, organization, "test", LATE).await })
        });
        let made = join_all(runs).await.into_iter().map(|run| run.unwrap().unwrap()).sum::<usize>();
        assert_eq!(made, 2, "round {round}");
    }
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0 && report.seals == 8, "{report:?}");
}

/// Wherever a sealer stops, a seal is there as a whole or not at all, and the next one goes on.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_sealer_that_dies_half_way_leaves_nothing_half(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let mut died = 0;
    for steps in 1.. {
        trail.more(1).await;
        let mut run = Box::pin(seal(trail.store(), trail.organization(), "test", LATE));
        let ended = steps::within(steps, run.as_mut()).await;
        drop(run);
        if let Some(sealed) = ended {
            sealed.unwrap();
            break;
        }
        died += 1;
        let report = trail.verify().await;
        assert!(report.is_whole(), "after {steps} steps: {report:?}");
        assert!(steps < 1_000, "it never ends");
    }
    assert!(died > 1, "it died {died} times");
    trail.seal().await;
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0, "{report:?}");
}

/// SQLite has one writer for everything.
#[tokio::test]
async fn nobody_who_writes_an_entry_waits_for_a_sealer() {
    let Some(trail) = Trail::new(Engine::Postgres).await else { return };
    let scope = Scope::system(trail.organization(), "test");
    // As a sealer that holds what it holds, and does not come to its end.
    let sealer = trail.store().write(&scope).await.unwrap();
    sealer.next_number("audit_seals").await.unwrap();
    let writer = trail.store().write(&scope).await.unwrap();
    writer.audit(AuditEntry::of_many("test.beside", "test")).await.unwrap();
    writer.commit().await.unwrap();
    drop(sealer);
    trail.seal().await;
    assert!(trail.verify().await.is_whole());
}
