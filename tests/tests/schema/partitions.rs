//! Tables that are kept by month, on PostgreSQL.
use purser_kernel::{OrganizationId, ids::AuditLogId};
use purser_migration::BY_MONTH;
use purser_tests::{
    database::{Engine, TestDatabase, code},
    program,
};

const INSUFFICIENT_PRIVILEGE: &str = "42501";

async fn maintain(database: &TestDatabase) -> String {
    let (well, said) = program::run(database, &["maintain"]).await;
    assert!(well, "{said}");
    said
}

async fn rows(database: &TestDatabase, sql: &str) -> Vec<String> {
    database.owner().await.rows(sql).await.unwrap().concat()
}

async fn parts(database: &TestDatabase, table: &str) -> Vec<String> {
    let sql = format!(
        "select relname::text from pg_inherits join pg_class on oid = inhrelid where inhparent = '{table}'::regclass order by 1"
    );
    rows(database, &sql).await
}

/// An entry of the trail with an id of that time, of an organization that is made for it.
async fn entry(database: &TestDatabase, time: &str) {
    let organization = OrganizationId::generate();
    let mut owner = database.owner().await;
    let statements = [
        format!(
            "insert into organizations (id, name, slug, status, subscription_tier, created_at, updated_at)
             values ('{organization}', 'Acme', '{organization}', 'active', 'free', now(), now())"
        ),
        format!(
            "insert into audit_logs (organization_id, id, category, severity, actor_kind, action, resource, request_id, outcome, created_at)
             values ('{organization}',
                     (lpad(to_hex((extract(epoch from timestamptz '{time}') * 1000)::bigint), 12, '0') || '7000800000000000000a')::uuid,
                     'change', 'info', 'system', 'test', 'test', 'test', 'success', timestamptz '{time}')"
        ),
    ];
    for sql in statements {
        owner.execute(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn every_log_is_kept_by_month_and_parts_are_made_ahead() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let ahead = "select to_char(generate_series(date_trunc('month', now() at time zone 'utc'), now() at time zone 'utc' + interval '3 months',
                                               interval '1 month'), 'YYYY_MM')";
    let ahead = rows(&database, ahead).await;
    maintain(&database).await;
    for table in BY_MONTH {
        let expected = ahead.iter().map(|month| format!("{table}_{month}")).chain([format!("{table}_default")]);
        assert_eq!(parts(&database, table).await, expected.collect::<Vec<_>>());
        let key = format!(
            "select pg_get_constraintdef(oid) from pg_constraint where conrelid = '{table}'::regclass and contype = 'p'"
        );
        assert_eq!(rows(&database, &key).await, ["PRIMARY KEY (organization_id, id)"]);
    }
    assert!(!maintain(&database).await.contains("made"), "once is enough");
}

#[tokio::test]
async fn rows_whose_month_had_no_part_are_taken_over_by_it() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    // The last moment of a month and the first of the next, in UTC.
    for time in ["2026-01-31 23:59:59.999+00", "2026-02-01 00:00:00+00"] {
        entry(&database, time).await;
    }
    // A clock that was wrong by years.
    entry(&database, "2093-05-05 00:00:00+00").await;
    assert_eq!(rows(&database, "select count(*)::text from audit_logs_default").await, ["3"]);
    let said = maintain(&database).await;
    assert!(said.contains("made audit_logs_2026_01") && said.contains("made audit_logs_2026_02"), "{said}");
    let where_they_are = "select tableoid::regclass::text from audit_logs order by id";
    assert_eq!(
        rows(&database, where_they_are).await,
        ["audit_logs_2026_01", "audit_logs_2026_02", "audit_logs_default"]
    );
}

#[tokio::test]
async fn a_part_goes_when_its_month_is_over_and_nothing_is_left_in_it() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    for time in ["2026-01-15 00:00:00+00", "2026-02-15 00:00:00+00"] {
        entry(&database, time).await;
    }
    maintain(&database).await;
    let count = parts(&database, "audit_logs").await.len();
    database.owner().await.execute("delete from audit_logs_2026_01").await.unwrap();
    let said = maintain(&database).await;
    assert!(said.contains("dropped audit_logs_2026_01,") && !said.contains("audit_logs_2026_02"), "{said}");
    let left = parts(&database, "audit_logs").await;
    // Those of months to come are empty, too, and stay.
    assert_eq!(left.len(), count - 1);
    assert_eq!(rows(&database, "select (to_regclass('audit_logs_2026_01') is null)::text").await, ["true"]);
}

#[tokio::test]
async fn the_servers_role_reaches_parts_through_their_table_alone() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    entry(&database, "2026-01-15 00:00:00+00").await;
    maintain(&database).await;
    let mut server = database.application().await;
    let own = rows(&database, "select organization_id::text from audit_logs").await.remove(0);
    server.act_for(&own).await;
    assert_eq!(server.rows("select count(*)::text from audit_logs").await.unwrap(), [["1"]]);
    server.act_for(OrganizationId::generate()).await;
    assert_eq!(server.rows("select count(*)::text from audit_logs").await.unwrap(), [["0"]]);
    server.act_for(&own).await;
    let id = AuditLogId::generate();
    for sql in [
        "select 1 from audit_logs_2026_01".to_owned(),
        format!("insert into audit_logs_2026_01 select * from audit_logs where id = '{id}'"),
        "delete from audit_logs_2026_01".to_owned(),
        "truncate audit_logs_2026_01".to_owned(),
        "select 1 from audit_logs_default".to_owned(),
        "drop table audit_logs_2026_01".to_owned(),
        "alter table audit_logs detach partition audit_logs_2026_01".to_owned(),
        "create table audit_logs_2019_01 partition of audit_logs for values from (minvalue) to ('00000000-0000-0000-0000-000000000000')"
            .to_owned(),
    ] {
        assert_eq!(code(&server.execute(&sql).await.unwrap_err()), INSUFFICIENT_PRIVILEGE, "{sql}");
    }
    let granted = "select relname::text from pg_class where relispartition and relacl::text like '%purser_test_app%'";
    assert!(rows(&database, granted).await.is_empty());
}

/// A reader of months ago keeps the part that it reads from going, for as long as nobody else has to wait.
#[tokio::test]
async fn whoever_reads_is_not_cut_off() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    entry(&database, "2026-01-15 00:00:00+00").await;
    maintain(&database).await;
    database.owner().await.execute("delete from audit_logs_2026_01").await.unwrap();
    let mut reader = database.owner().await;
    reader.execute("begin").await.unwrap();
    reader.rows("select count(*)::text from audit_logs").await.unwrap();
    let (well, said) = program::run(&database, &["maintain"]).await;
    assert!(!well, "it gives up after five seconds: {said}");
    reader.execute("commit").await.unwrap();
    assert!(maintain(&database).await.contains("dropped audit_logs_2026_01"));
}
