//! What somebody does who owns the database, and how it is found by an auditor who has an export and the public key.
use crate::trail::{Trail, check, lines};
use chrono::TimeDelta;
use purser_compliance::{
    leaf::{leaf, time},
    verify::{Finding, verify},
};
use purser_kernel::{hex, ids::AuditLogId};
use purser_tests::database::Engine;
use rstest::rstest;

/// Two seals, the first over what the world began with.
async fn sealed(engine: Engine) -> Option<(Trail, Vec<String>)> {
    let trail = Trail::new(engine).await?;
    trail.seal().await;
    trail.more(3).await;
    trail.seal().await;
    let ids = trail.sealed(1).await;
    assert!(ids.len() > 5 && trail.verify().await.is_whole());
    Some((trail, ids))
}

/// Where an entry stands in an export, without looking at what it says.
async fn line(trail: &Trail, id: &str) -> usize {
    let export = trail.export().await;
    export.lines().position(|line| line.contains(&format!("\"id\":\"{id}\""))).unwrap() + 1
}

fn id(text: &str) -> AuditLogId {
    text.parse().unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_changed_entry_is_named_whatever_was_changed_in_it(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let other = trail.id("01a1fa5a-0000-7000-8000-000000000000");
    let changes = [
        "category = 'system'".to_owned(),
        "severity = 'critical'".to_owned(),
        "actor_kind = 'system'".to_owned(),
        format!("actor_id = {other}"),
        format!("on_behalf_of = {other}"),
        "action = 'product.delete'".to_owned(),
        "resource = 'order'".to_owned(),
        format!("resource_id = {other}"),
        "changes = '{\"before\": null, \"after\": {}}'".to_owned(),
        "details_hash = null".to_owned(),
        "request_id = 'another'".to_owned(),
        "outcome = 'failure'".to_owned(),
        "created_at = '2026-11-20 10:00:00.000001+00:00'".to_owned(),
    ];
    // The last ones first: the first finding is about the first entry.
    for (place, change) in changes.iter().enumerate() {
        let position = (ids.len() - 1).saturating_sub(place);
        let row = format!("update audit_logs set {change} where id = {}", trail.id(&ids[position]));
        let copy = format!("create table kept as select * from audit_logs where id = {}", trail.id(&ids[position]));
        let mut owner = trail.app.database.owner().await;
        owner.execute(&copy).await.unwrap();
        trail.tamper(&[row]).await;
        let expected = Finding::Changed {
            id: id(&ids[position]),
            seal: 1,
            position: i32::try_from(position).unwrap(),
            line: line(&trail, &ids[position]).await,
        };
        assert_eq!(trail.finding().await, expected, "{change}");
        let restore = format!("delete from audit_logs where id = {}", trail.id(&ids[position]));
        owner.execute(&restore).await.unwrap();
        owner.execute("insert into audit_logs select * from kept").await.unwrap();
        owner.execute("drop table kept").await.unwrap();
        assert!(trail.verify().await.is_whole(), "{change}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_several_changes_the_first_is_named_first(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let change = |id: &str| format!("update audit_logs set action = 'x' where id = {}", trail.id(id));
    trail.tamper(&[change(&ids[4]), change(&ids[2])]).await;
    let report = trail.verify().await;
    let named = report.findings.iter().filter_map(|finding| match finding {
        Finding::Changed { id, .. } => Some(id.to_string()),
        _ => None,
    });
    assert_eq!(named.collect::<Vec<_>>(), [ids[2].clone(), ids[4].clone()]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_removed_entry_is_named(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let row = trail.id(&ids[3]);
    trail.tamper(&[format!("delete from audit_logs where id = {row}")]).await;
    assert_eq!(trail.finding().await, Finding::Removed { id: Some(id(&ids[3])), seal: 1, position: 3 });
    // With its place its name is gone, too, and the gap is not.
    trail.tamper(&[format!("delete from audit_seal_entries where audit_id = {row}")]).await;
    assert_eq!(trail.finding().await, Finding::Removed { id: None, seal: 1, position: 3 });
}

/// A copy of an entry, with another id and time.
fn copy(trail: &Trail, of: &str, new: &str, time: &str) -> String {
    format!(
        "insert into audit_logs (organization_id, id, category, severity, actor_kind, actor_id, action, resource, changes, request_id, outcome, created_at)
         select organization_id, {}, category, severity, actor_kind, actor_id, 'test.inserted', resource, changes, request_id, outcome, '{time}'
         from audit_logs where id = {}",
        trail.id(new),
        trail.id(of),
    )
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_inserted_entry_is_named_be_it_sealed_afterwards_or_not(#[case] engine: Engine) {
    let Some(mut trail) = Trail::new(engine).await else { return };
    let then = trail.clock.now() + TimeDelta::minutes(1);
    trail.wait(TimeDelta::hours(3)).await;
    trail.more(2).await;
    trail.seal().await;
    let (first, new) = (trail.sealed(1).await.remove(0), AuditLogId::generate());
    let text = then.format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string();
    trail.tamper(&[copy(&trail, &first, &new.to_string(), &text)]).await;
    let closed =
        trail.find(&format!("select number || '' from audit_seals where organization_id = {}", trail.own())).await;
    assert_eq!(closed, "1");
    let expected = async |trail: &Trail| Finding::InsertedLater {
        id: new,
        time: time(then),
        seal: 1,
        closed: time(trail.clock.now()),
        line: line(trail, &new.to_string()).await,
    };
    assert_eq!(trail.finding().await, expected(&trail).await);
    purser_compliance::sealer::seal(trail.store(), trail.organization(), "test", TimeDelta::days(7)).await.unwrap();
    assert_eq!(trail.sealed(2).await.len(), 1);
    assert_eq!(trail.finding().await, expected(&trail).await);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_entry_that_is_given_a_place_in_a_seal_is_named(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let (new, place) = (AuditLogId::generate().to_string(), AuditLogId::generate().to_string());
    let now = trail.clock.now().format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string();
    let forged = format!(
        "insert into audit_seal_entries (organization_id, id, seal_id, seal_number, position, audit_id, leaf, created_at)
         select organization_id, {}, seal_id, seal_number, {}, {}, leaf, created_at from audit_seal_entries where audit_id = {}",
        trail.id(&place),
        ids.len(),
        trail.id(&new),
        trail.id(&ids[0]),
    );
    trail.tamper(&[copy(&trail, &ids[0], &new, &now), forged]).await;
    let expected = Finding::Inserted { id: id(&new), seal: 1, line: line(&trail, &new).await };
    assert_eq!(trail.finding().await, expected);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn entries_that_change_places_are_named(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let place = |position: i32, from: usize| {
        format!(
            "update audit_seal_entries set position = {position} where seal_number = 1 and audit_id = {}",
            trail.id(&ids[from])
        )
    };
    // Each with its own hash, so that only the order is wrong.
    trail.tamper(&[place(1_000, 1), place(1, 4), place(4, 1)]).await;
    let expected = Finding::Moved { id: id(&ids[4]), seal: 1, position: 1, line: line(&trail, &ids[4]).await };
    assert_eq!(trail.finding().await, expected);
}

/// What entries say is exchanged, and their ids stay where they are.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn entries_that_change_what_they_say_are_named(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let (one, other, between) = (trail.id(&ids[1]), trail.id(&ids[4]), trail.id(&AuditLogId::generate().to_string()));
    let rename = |from: &str, to: &str| format!("update audit_logs set id = {to} where id = {from}");
    trail.tamper(&[rename(&one, &between), rename(&other, &one), rename(&between, &other)]).await;
    let expected = Finding::Changed { id: id(&ids[1]), seal: 1, position: 1, line: line(&trail, &ids[1]).await };
    assert_eq!(trail.finding().await, expected);
}

/// Who changes an entry and its hash is found; which entry of the seal it was, nobody can say.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_change_that_was_made_to_fit_does_not_fit_the_root(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let row = trail.id(&ids[2]);
    trail.tamper(&[format!("update audit_logs set action = 'x' where id = {row}")]).await;
    let export = lines(&trail.export().await);
    let changed = export.iter().find(|line| line["entry"]["id"] == *ids[2]).unwrap();
    let hash = hex::encode(&leaf(&changed["entry"]));
    let bytes = match engine {
        Engine::Sqlite => format!("x'{hash}'"),
        Engine::Postgres => format!("'\\x{hash}'"),
    };
    trail.tamper(&[format!("update audit_seal_entries set leaf = {bytes} where audit_id = {row}")]).await;
    let (first, last) = (id(&ids[0]), id(ids.last().unwrap()));
    assert_eq!(trail.finding().await, Finding::LeavesChanged { seal: 1, first, last });
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_edited_seal_is_named(#[case] engine: Engine) {
    let Some((trail, _)) = sealed(engine).await else { return };
    let untouched = trail.export().await;
    let kid = lines(&untouched)[1]["statement"]["key_id"].as_str().unwrap().to_owned();
    for edit in [
        "count = count - 1",
        "number = 3",
        "through = '2026-11-20 10:00:00+00:00'",
        "created_at = '2026-11-20 10:00:00+00:00'",
        "merkle_root = previous_root",
        "previous_root = merkle_root",
        "signature = merkle_root",
        "key_id = 'another'",
    ] {
        let mut owner = trail.app.database.owner().await;
        owner.execute("create table kept as select * from audit_seals where number = 2").await.unwrap();
        trail.tamper(&[format!("update audit_seals set {edit} where number = 2")]).await;
        let expected = match edit {
            "number = 3" => Finding::SealMissing { seal: 2 },
            "key_id = 'another'" => Finding::SealChanged { seal: 2, key: "another".to_owned() },
            _ => Finding::SealChanged { seal: 2, key: kid.clone() },
        };
        assert_eq!(trail.finding().await, expected, "{edit}");
        // Its entries refer to it: it is put back column by column.
        let restore =
            "update audit_seals set count = (select count from kept), number = 2, through = (select through from kept),
            created_at = (select created_at from kept), merkle_root = (select merkle_root from kept),
            previous_root = (select previous_root from kept), signature = (select signature from kept),
            key_id = (select key_id from kept) where number = (select number from kept) or number = 3";
        owner.execute(restore).await.unwrap();
        owner.execute("drop table kept").await.unwrap();
        assert_eq!(trail.export().await, untouched, "{edit}");
    }
    // By somebody else's key everything is somebody else's.
    assert!(matches!(check(&untouched, &[]).findings[0], Finding::SealChanged { seal: 1, .. }));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_seal_that_is_gone_is_missed(#[case] engine: Engine) {
    let Some((trail, _)) = sealed(engine).await else { return };
    let (export, keys) = (trail.export().await, trail.keys().await);
    let (number, root) = check(&export, &keys).last.unwrap();
    assert_eq!(number, 2);
    let known = [hex::decode(&root).unwrap()];
    assert!(verify(export.as_bytes(), &keys, &known).unwrap().is_whole());
    let gone = |number: i32| {
        [
            format!(
                "delete from audit_logs where id in (select audit_id from audit_seal_entries where seal_number = {number})"
            ),
            format!("delete from audit_seal_entries where seal_number = {number}"),
            format!("delete from audit_seals where number = {number}"),
        ]
    };
    // The end is cut off: who knows the last root misses it, and nobody else can.
    trail.tamper(&gone(2)).await;
    let cut = trail.export().await;
    assert!(check(&cut, &keys).is_whole());
    assert_eq!(verify(cut.as_bytes(), &keys, &known).unwrap().findings, [Finding::RootMissing { root }]);
    // What is sealed from then on does not hide it: the numbers go on.
    trail.more(1).await;
    trail.seal().await;
    assert_eq!(trail.finding().await, Finding::SealMissing { seal: 2 });
    trail.tamper(&gone(1)).await;
    assert_eq!(trail.finding().await, Finding::SealMissing { seal: 1 });
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn personal_data_that_was_changed_is_named(#[case] engine: Engine) {
    let Some((trail, ids)) = sealed(engine).await else { return };
    let row = trail.id(&ids[2]);
    trail
        .tamper(&[format!("update audit_details set details = '{{\"ip\": \"192.0.2.1\"}}' where audit_id = {row}")])
        .await;
    let expected = Finding::DetailsChanged { id: id(&ids[2]), line: line(&trail, &ids[2]).await };
    assert_eq!(trail.finding().await, expected);
}

/// The server itself cannot do any of it.
#[tokio::test]
async fn the_servers_role_changes_nothing_that_is_sealed() {
    let Some((trail, _)) = sealed(Engine::Postgres).await else { return };
    let mut server = trail.app.database.application().await;
    server.act_for(&trail.tenant.organization_id).await;
    for table in ["audit_logs", "audit_seals", "audit_seal_entries", "data_access_audit"] {
        for sql in [format!("update {table} set created_at = now()"), format!("delete from {table}")] {
            let refused = server.execute(&sql).await.unwrap_err();
            assert_eq!(purser_tests::database::code(&refused), "42501", "{sql}");
        }
    }
}
