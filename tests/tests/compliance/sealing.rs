//! What is sealed, when, and how often.
use crate::trail::Trail;
use chrono::TimeDelta;
use purser_compliance::{
    SealTrail,
    sealer::{LATE, seal},
    verify::Finding,
};
use purser_kernel::{OrganizationId, Scope};
use purser_store::{AuditEntry, jobs::NewJob};
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

async fn seals(trail: &Trail) -> Vec<Value> {
    let page = trail.tenant.get("/v1/audit-seals").await.expect(200).json();
    page["data"].as_array().unwrap().iter().map(|seal| seal["statement"].clone()).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_committed_is_sealed_once_behind_what_was_sealed_before(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let before = trail.verify().await;
    assert!(before.is_whole() && before.sealed == 0 && before.open > 5, "{before:?}");

    assert_eq!((trail.seal().await, trail.seal().await), (1, 0));
    let sealed = trail.verify().await;
    assert!(sealed.is_whole(), "{sealed:?}");
    assert_eq!((sealed.seals, sealed.sealed, sealed.open), (1, before.open, 0));

    trail.more(3).await;
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 3, "{report:?}");
    assert_eq!(trail.seal().await, 1);
    let seals = seals(&trail).await;
    assert_eq!((&seals[0]["number"], &seals[0]["count"]), (&json!(2), &json!(3)));
    assert_eq!(seals[0]["previous_root"], seals[1]["merkle_root"]);
    assert_eq!(seals[1]["previous_root"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0, "{report:?}");
    assert_eq!(report.last, Some((2, seals[0]["merkle_root"].as_str().unwrap().to_owned())));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn where_nothing_happened_nothing_is_sealed(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let nobody = OrganizationId::generate();
    assert_eq!(seal(trail.store(), nobody, "test", LATE).await.unwrap(), 0);
    trail.seal().await;
    trail.seal().await;
    // A run that finds nothing takes no number.
    trail.more(1).await;
    trail.seal().await;
    assert_eq!(seals(&trail).await[0]["number"], 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_trail_is_sealed_in_parts_and_a_run_has_an_end(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    trail.more(2_500).await;
    assert_eq!(trail.seal().await, 3);
    let counts: Vec<Value> = seals(&trail).await.into_iter().map(|seal| seal["count"].clone()).collect();
    assert_eq!(counts[..3], [json!(500), json!(1_000), json!(1_000)]);
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0, "{report:?}");

    for _ in 0..3 {
        trail.more(7_000).await;
    }
    assert_eq!(trail.seal().await, 20, "others want theirs, too");
    assert_eq!(trail.seal().await, 1);
}

/// SQLite has one writer: nothing is committed late.
#[tokio::test]
async fn what_is_committed_late_is_sealed_later() {
    let Some(mut trail) = Trail::new(Engine::Postgres).await else { return };
    trail.seal().await;
    let late = trail.store().write(&Scope::system(trail.organization(), "late")).await.unwrap();
    late.audit(AuditEntry::of_many("test.late", "test")).await.unwrap();
    trail.wait(TimeDelta::minutes(5)).await;
    trail.more(2).await;
    assert_eq!(trail.seal().await, 1);
    late.commit().await.unwrap();
    assert_eq!(trail.seal().await, 1);
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0, "{report:?}");
    assert_eq!(trail.sealed(3).await.len(), 1);
}

/// The run of each night looks back further, and what appeared so late does not go unnoticed.
#[tokio::test]
async fn what_is_committed_very_late_is_sealed_by_the_nightly_run_and_named() {
    let Some(mut trail) = Trail::new(Engine::Postgres).await else { return };
    let late = trail.store().write(&Scope::system(trail.organization(), "late")).await.unwrap();
    late.audit(AuditEntry::of_many("test.late", "test")).await.unwrap();
    trail.wait(TimeDelta::hours(3)).await;
    trail.more(1).await;
    trail.seal().await;
    late.commit().await.unwrap();
    assert_eq!(trail.seal().await, 0);
    assert_eq!(seal(trail.store(), trail.organization(), "test", TimeDelta::days(7)).await.unwrap(), 1);
    let finding = trail.finding().await.to_string();
    assert!(finding.contains("was not there yet when seal 1 was closed"), "{finding}");
}

/// Of a server whose clock is not the sealer's.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_entry_by_a_clock_that_is_ahead_keeps_none_from_being_sealed(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    for ahead in [TimeDelta::hours(3), TimeDelta::days(10), TimeDelta::days(400)] {
        trail.clock.advance(ahead);
        trail.more(1).await;
        trail.clock.advance(-ahead);
        assert_eq!(trail.seal().await, 1);
        trail.more(2).await;
        assert_eq!(trail.seal().await, 1, "behind {ahead}");
    }
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0 && report.ahead == 0, "{report:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_written_once_the_sealers_clock_is_set_right_is_sealed_and_not_said_to_be_inserted(
    #[case] engine: Engine,
) {
    let Some(mut trail) = Trail::new(engine).await else { return };
    for (ahead, count) in [(TimeDelta::hours(3), 1), (TimeDelta::days(10), 2), (TimeDelta::days(400), 3)] {
        trail.clock.advance(ahead);
        trail.more(1).await;
        assert_eq!(trail.seal().await, 1);
        trail.clock.advance(-ahead);
        trail.more(2).await;
        trail.wait(TimeDelta::minutes(5)).await;
        assert_eq!(trail.seal().await, 1, "behind {ahead}");
        let report = trail.verify().await;
        assert!(report.is_whole() && report.open == 0 && report.ahead == count, "{report:?}");
    }
    // What says that it is older than that is still named.
    trail.clock.advance(TimeDelta::hours(-2));
    trail.more(1).await;
    trail.clock.advance(TimeDelta::hours(2));
    let finding = trail.finding().await;
    assert!(matches!(finding, Finding::InsertedLater { .. }), "{finding}");
}

/// A sealer that stood still for hours behind an entry of tomorrow goes on where it was.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_waited_long_behind_an_entry_by_a_clock_that_is_ahead_is_sealed(#[case] engine: Engine) {
    let Some(mut trail) = Trail::new(engine).await else { return };
    trail.clock.advance(TimeDelta::days(1));
    trail.more(1).await;
    trail.clock.advance(TimeDelta::days(-1));
    trail.seal().await;
    trail.more(2).await;
    trail.wait(TimeDelta::hours(5)).await;
    assert_eq!(trail.seal().await, 1);
    let report = trail.verify().await;
    assert!(report.is_whole() && report.open == 0, "{report:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_seals_every_organization(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenants = [app.tenant("Acme").await, app.tenant("Other").await];
    for kind in [SealTrail::KIND, SealTrail::KIND_LATE] {
        let tx = app.app().services().store.system().await.unwrap();
        tx.enqueue(NewJob::new(kind, json!({}))).await.unwrap();
        tx.commit().await.unwrap();
        eventually("the job to be over", || async {
            let sql = format!("select status from jobs where kind = '{kind}' and status <> 'done'");
            app.database.owner().await.rows(&sql).await.unwrap().is_empty().then_some(())
        })
        .await;
        for tenant in &tenants {
            let page = tenant.get("/v1/audit-seals").await.expect(200).json();
            assert!(!page["data"].as_array().unwrap().is_empty(), "{page}");
        }
    }
}

/// What was sealed of a closed organization stays sealed, and so does what is written about its end.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn seals_go_on_where_the_sequence_was_purged(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    trail
        .tamper(&[format!(
            "delete from number_sequences where name = 'audit_seals' and organization_id = {}",
            trail.own()
        )])
        .await;
    trail.more(1).await;
    assert_eq!(trail.seal().await, 1);
    trail.more(1).await;
    assert_eq!(trail.seal().await, 1);
    let report = trail.verify().await;
    assert!(report.is_whole() && report.seals == 3, "{report:?}");
}
