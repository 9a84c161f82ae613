//! What PostgreSQL lets the server's role do and see.
use purser_kernel::OrganizationId;
use purser_migration::{APPEND_ONLY, PERSON_TABLES, global_tables, tenant_tables};
use purser_tests::database::{Engine, TestDatabase, code};

const INSUFFICIENT_PRIVILEGE: &str = "42501";

#[tokio::test]
async fn every_tenant_table_has_its_policy() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let rows = database
        .owner()
        .await
        .rows(
            "select relname::text, relrowsecurity::text, relforcerowsecurity::text, coalesce(polname::text, ''),
                    coalesce(polcmd::text, ''), coalesce(pg_get_expr(polqual, polrelid), ''),
                    coalesce(pg_get_expr(polwithcheck, polrelid), '')
               from pg_class left join pg_policy on polrelid = pg_class.oid
              where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1, 4 desc",
        )
        .await
        .unwrap();
    let policies = |table: &str| rows.iter().filter(|row| row[0] == table).collect::<Vec<_>>();

    let tenant = "(organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)";
    let person = "(user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)";
    for table in tenant_tables() {
        let found = policies(table);
        assert_eq!(found[0][1..], ["true", "false", "tenant_isolation", "*", tenant, tenant], "{table}");
        assert_eq!(found.len(), if *table == "memberships" { 2 } else { 1 }, "{table}");
    }
    // Within an organization its rows are all there is: one's own elsewhere show only while none is chosen.
    let nowhere = "NULLIF(current_setting('app.organization_id'::text, true), ''::text) IS NULL";
    assert_eq!(policies("memberships")[1][3..], ["own_rows", "r", &format!("(({nowhere}) AND {person})"), ""]);
    for table in PERSON_TABLES {
        assert_eq!(policies(table)[0][1..], ["true", "false", "own_rows", "*", person, person], "{table}");
    }
    for table in global_tables().iter().filter(|table| !PERSON_TABLES.contains(table)) {
        assert_eq!(policies(table)[0][1], "false", "{table}");
    }
}

#[tokio::test]
async fn the_servers_role_is_bound_and_owns_nothing() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let mut server = database.application().await;

    let role = server
        .rows(
            "select rolsuper::text, rolbypassrls::text, rolcreatedb::text, rolcreaterole::text,
                    (select count(*)::text from pg_class where relowner = pg_roles.oid)
               from pg_roles where rolname = current_user",
        )
        .await
        .unwrap();
    assert_eq!(role, [["false", "false", "false", "false", "0"]]);
    for sql in ["create table mine (id int)", "alter table orders disable row level security", "truncate orders"] {
        assert_eq!(code(&server.execute(sql).await.unwrap_err()), INSUFFICIENT_PRIVILEGE, "{sql}");
    }
    assert!(server.execute("update seaql_migrations set applied_at = 0").await.is_err());
    assert!(!server.rows("select version from seaql_migrations").await.unwrap().is_empty());
}

#[tokio::test]
async fn what_happened_cannot_be_changed() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let mut server = database.application().await;
    server.act_for(OrganizationId::generate()).await;

    for table in APPEND_ONLY {
        for sql in [format!("update {table} set created_at = now()"), format!("delete from {table}")] {
            assert_eq!(code(&server.execute(&sql).await.unwrap_err()), INSUFFICIENT_PRIVILEGE, "{sql}");
        }
        assert!(server.rows(&format!("select id::text from {table}")).await.is_ok());
    }
    for table in tenant_tables().iter().chain(global_tables()).filter(|table| !APPEND_ONLY.contains(table)) {
        server.execute(&format!("delete from {table} where false")).await.unwrap();
    }
}

#[tokio::test]
async fn grants_can_be_given_again() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let rights = "select format('%s %s', table_name, privilege_type) from information_schema.table_privileges
                   where grantee = 'purser_test_app' order by 1";
    let before = database.owner().await.rows(rights).await.unwrap();
    database.owner().await.execute("grant all on audit_logs to purser_test_app").await.unwrap();

    database.grant().await;

    assert_eq!(database.owner().await.rows(rights).await.unwrap(), before);
}
