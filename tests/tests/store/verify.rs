//! Before it serves, the program looks whether PostgreSQL keeps tenants apart.
use crate::world::World;
use purser_kernel::Clock;
use purser_store::{DatabaseOptions, Finding, MasterKey, Store, Vault, verify};
use purser_tests::database::{Engine, TestDatabase};
use rstest::rstest;

async fn findings(url: &str) -> Vec<Finding> {
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let store = Store::connect(&DatabaseOptions::new(url), Clock::system(), vault).await.unwrap();
    verify(&store).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_servers_role_is_right(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };

    assert_eq!(verify(&world.store).await.unwrap(), []);
}

#[tokio::test]
async fn the_owner_of_the_tables_is_found() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };

    let found = findings(&database.owner_url).await;

    assert_eq!(found.len(), 1);
    assert!(found[0].what.contains("owns tables"), "{found:?}");
    assert!(found[0].advice.contains("PURSER_DATABASE_URL"), "{found:?}");
}

#[tokio::test]
async fn a_table_without_its_policy_is_found() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let mut owner = database.owner().await;
    owner.execute("drop policy tenant_isolation on orders").await.unwrap();
    owner.execute("alter table customers disable row level security").await.unwrap();
    owner.execute("create policy everybody on products using (true)").await.unwrap();

    let found = findings(&database.application_url).await;

    let whats: Vec<_> = found.iter().map(|finding| finding.what.as_str()).collect();
    for table in ["customers", "orders", "products"] {
        assert!(whats.iter().any(|what| what.contains(&format!("table {table} "))), "{table}: {whats:?}");
    }
    assert_eq!(found.len(), 3, "{whats:?}");

    // What it says to do, mends it.
    for finding in &found {
        if let Some(sql) = finding.advice.strip_prefix("As the owner of the tables: ") {
            for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
                owner.execute(statement).await.unwrap();
            }
        }
    }
    owner.execute("drop policy everybody on products").await.unwrap();
    assert_eq!(findings(&database.application_url).await, []);
}

#[tokio::test]
async fn a_policy_that_lets_rows_in_for_anybody_is_found() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let mut owner = database.owner().await;
    let tenant = "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid";
    owner.execute("drop policy tenant_isolation on orders").await.unwrap();
    let half = format!("create policy tenant_isolation on orders using ({tenant}) with check (true)");
    owner.execute(&half).await.unwrap();

    let found = findings(&database.application_url).await;

    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].what.contains("table orders "), "{found:?}");
}

#[tokio::test]
async fn an_empty_database_is_found() {
    let Some(database) = TestDatabase::empty(Engine::Postgres).await else { return };

    let found = findings(&database.application_url).await;

    assert!(found.iter().any(|finding| finding.advice.contains("purser migrate up")), "{found:?}");
}
