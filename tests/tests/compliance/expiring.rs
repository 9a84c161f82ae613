//! What is old in a trail goes, and nothing else can be passed off as old.
use crate::trail::{Trail, check};
use chrono::TimeDelta;
use purser_compliance::{export::Lines, retention::trail::expire, verify::Finding};
use purser_kernel::{Scope, Timestamp};
use purser_store::{AuditFilter, DatabaseOptions, MasterKey, Store, Vault};
use purser_tests::{database::Engine, program, steps};
use rstest::rstest;
use serde_json::{Value, json};

/// A trail with a seal over what is 200 days old and another over what is of today; it is kept for 100 days.
async fn kept(engine: Engine) -> Option<Trail> {
    let mut trail = Trail::begun(engine, TimeDelta::days(200)).await?;
    trail.seal().await;
    trail.wait(TimeDelta::days(200)).await;
    trail.tenant.put("/v1/retention-rules/audit_trail", &json!({ "keep_days": 100 })).await.expect(200);
    trail.seal().await;
    Some(trail)
}

/// `purser maintain`, and what it says.
async fn maintain(trail: &Trail) -> String {
    let (well, said) = program::run(&trail.app.database, &["maintain"]).await;
    assert!(well, "{said}");
    said
}

/// The database as its owner reaches it.
async fn as_owner(trail: &Trail) -> Store {
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let options = DatabaseOptions::new(trail.app.database.owner_url.clone());
    Store::connect(&options, trail.clock.clone(), vault).await.unwrap()
}

fn since(trail: &Trail) -> Timestamp {
    trail.clock.now() - TimeDelta::days(100)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_old_goes_and_every_later_seal_still_holds(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    let (before, old) = (trail.verify().await, trail.sealed(1).await);
    assert!(before.is_whole() && before.seals == 2 && old.len() > 5);
    let details = async || trail.find("select cast(count(*) as text) from audit_details").await.parse::<i64>().unwrap();
    let personal = details().await;

    let said = maintain(&trail).await;
    assert!(said.contains("the entries of 1 seals"), "{said}");
    let report = trail.verify().await;
    assert!(report.is_whole(), "{report:?}");
    // The third is over the entry that says so.
    assert_eq!((report.expired, report.seals, report.open), (1, 3, 0));
    assert_eq!(report.sealed, before.sealed - old.len() + 1);
    let export = trail.export().await;
    assert!(old.iter().all(|id| !export.contains(id)), "{export}");
    assert!(details().await < personal, "what is personal in them goes, too");
    let entry = trail.tenant.get("/v1/audit-logs?action=audit_log.expire").await.expect(200).json();
    assert_eq!(
        (&entry["data"][0]["changes"]["after"]["through_seal"], entry["data"].as_array().unwrap().len()),
        (&json!(1), 1)
    );

    let said = maintain(&trail).await;
    assert!(!said.contains("seals"), "nothing is left to remove: {said}");
    assert_eq!(trail.verify().await, report);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_old_goes_also_behind_a_clock_that_was_ahead(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    trail.clock.advance(TimeDelta::days(10));
    trail.more(1).await;
    trail.seal().await;
    trail.clock.advance(TimeDelta::days(-10));
    let said = maintain(&trail).await;
    assert!(said.contains("the entries of 1 seals"), "{said}");
    let report = trail.verify().await;
    assert!(report.is_whole() && report.expired == 1, "{report:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_wrong_with_one_trail_keeps_no_other(#[case] engine: Engine) {
    let Some(mut trail) = Trail::begun(engine, TimeDelta::days(200)).await else { return };
    let mut other = trail.app.tenant("Other").await;
    for tenant in [&trail.tenant, &other] {
        trail.app.seal(tenant).await;
    }
    trail.wait(TimeDelta::days(200)).await;
    other = other.signed_in_at(&trail.app.url).await;
    for tenant in [&trail.tenant, &other] {
        tenant.put("/v1/retention-rules/audit_trail", &json!({ "keep_days": 100 })).await.expect(200);
    }
    // There is no number for its next seal.
    let last = format!("update number_sequences set next_value = {} where name = 'audit_seals'", i64::MAX);
    trail.tamper(&[format!("{last} and organization_id = {}", trail.own())]).await;
    let (well, said) = program::run(&trail.app.database, &["maintain"]).await;
    assert!(!well, "{said}");
    let removed = format!("the entries of 1 seals of the trail of organization {}", other.organization_id);
    assert!(said.contains(&removed), "{said}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_a_rule_nothing_goes_whatever_the_settings_say(#[case] engine: Engine) {
    let Some(mut trail) = Trail::begun(engine, TimeDelta::days(200)).await else { return };
    trail.seal().await;
    trail.wait(TimeDelta::days(200)).await;
    trail.tenant.patch("/v1/organization/settings", 1, &json!({ "data_retention_days": 100 })).await.expect(200);
    trail.seal().await;
    let before = trail.verify().await;
    maintain(&trail).await;
    assert_eq!(trail.verify().await, before);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_old_is_missed_when_it_is_gone(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    maintain(&trail).await;
    let id = trail.sealed(2).await.remove(0);
    trail.tamper(&[format!("delete from audit_logs where id = {}", trail.id(&id))]).await;
    assert_eq!(trail.finding().await, Finding::Removed { id: Some(id.parse().unwrap()), seal: 2, position: 0 });
}

/// Whoever owns the database lets the trail say that more is old than is.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_announcement_that_was_changed_excuses_nothing(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    maintain(&trail).await;
    let young = trail.sealed(2).await;
    let changes = json!({ "before": null, "after": { "through_seal": 2 } });
    trail
        .tamper(&[
            format!("update audit_logs set changes = '{changes}' where action = 'audit_log.expire'"),
            "delete from audit_logs where id in (select audit_id from audit_seal_entries where seal_number = 2)"
                .to_owned(),
            "delete from audit_seal_entries where seal_number = 2".to_owned(),
        ])
        .await;
    let report = trail.verify().await;
    assert_eq!(report.expired, 0);
    let removed = |finding: &&Finding| matches!(finding, Finding::Removed { seal: 2, .. });
    assert_eq!(report.findings.iter().filter(removed).count(), young.len());
    assert!(report.findings.iter().any(|finding| matches!(finding, Finding::Changed { seal: 3, .. })), "{report:?}");
}

/// Whoever has the file adds an entry to it that is not sealed, and leaves out what it speaks of.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_announcement_that_is_not_sealed_excuses_nothing(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    let (mut lines, mut entries) = (Vec::new(), 0_u64);
    for line in trail.export().await.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if line["type"] == "end" {
            let mut entry = lines.iter().find(|line: &&Value| line["type"] == "entry").unwrap().clone();
            entry["entry"]["action"] = json!("audit_log.expire");
            entry["entry"]["changes"] = json!({ "before": null, "after": { "through_seal": 1 } });
            entry["entry"]["details_hash"] = Value::Null;
            entry["details"] = Value::Null;
            entry["place"] = Value::Null;
            lines.push(entry);
            line["entries"] = json!(entries + 1);
        }
        if line["place"]["seal"] == 1 {
            continue;
        }
        entries += u64::from(line["type"] == "entry");
        lines.push(line);
    }
    let export = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let report = check(&export, &trail.keys().await);
    assert_eq!(report.expired, 0);
    assert!(matches!(report.findings[0], Finding::Removed { id: None, seal: 1, position: 0 }), "{report:?}");
}

/// Wherever it stops, the trail is whole for whoever verifies it, and the next run goes on.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_run_that_dies_half_way_leaves_a_trail_that_holds(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    let (store, mut died) = (as_owner(&trail).await, 0);
    for steps in 1.. {
        let mut run = Box::pin(expire(&store, trail.organization(), "test", since(&trail)));
        let ended = steps::within(steps, run.as_mut()).await;
        drop(run);
        let report = trail.verify().await;
        assert!(report.is_whole(), "after {steps} steps: {report:?}");
        if let Some(gone) = ended {
            gone.unwrap();
            break;
        }
        died += 1;
    }
    assert!(died > 10, "{died}");
    assert_eq!(trail.verify().await.expired, 1);
    assert!(trail.sealed(1).await.is_empty());
    store.close().await;
}

/// The file of an auditor who reads slowly: after so many parts of it what is old goes.
async fn exported(trail: &Trail, parts: usize) -> String {
    let (store, scope) = (as_owner(trail).await, Scope::system(trail.organization(), "auditor"));
    let (mut lines, mut file) = (Lines::new(AuditFilter::default()), Vec::new());
    for part in 0.. {
        if part == parts {
            assert_eq!(expire(&store, trail.organization(), "test", since(trail)).await.unwrap(), 1);
        }
        let tx = trail.store().read(&scope).await.unwrap();
        let Some(part) = lines.next(&tx).await.unwrap() else { break };
        file.extend(part.bytes);
    }
    store.close().await;
    String::from_utf8(file).unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_goes_while_an_export_is_written_is_not_missed_in_it(#[case] engine: Engine) {
    // Its header, its seals, what is sealed, what is not, and its end.
    for parts in 0..5 {
        let Some(trail) = kept(engine).await else { return };
        let report = check(&exported(&trail, parts).await, &trail.keys().await);
        assert!(report.is_whole(), "after {parts} parts: {report:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_at_once_both_end_and_the_trail_holds(#[case] engine: Engine) {
    let Some(trail) = kept(engine).await else { return };
    let (store, organization, before) = (as_owner(&trail).await, trail.organization(), since(&trail));
    let run = || {
        let store = store.clone();
        tokio::spawn(async move { expire(&store, organization, "test", before).await })
    };
    let (one, other) = tokio::join!(run(), run());
    assert!(one.unwrap().unwrap() + other.unwrap().unwrap() >= 1);
    let report = trail.verify().await;
    assert!(report.is_whole() && report.expired == 1, "{report:?}");
    store.close().await;
}
