//! Plain SQL finds no way into another organization: table by table, key by key, as the catalogue lists them.
use crate::{
    isolation::is_foreign_key,
    rows::{Household, Maker, Owner},
};
use purser_kernel::Id;
use purser_migration::APPEND_ONLY;
use purser_tests::{
    database::{Engine, Raw, TestDatabase, Watch, code},
    schema::catalogue::{self, ForeignKey},
};
use rstest::rstest;
use sqlx::Error;

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Two households on one database, and who writes as the server does.
async fn two_households(engine: Engine) -> Option<(TestDatabase, Raw, Maker, Household, Household)> {
    let database = TestDatabase::new(engine).await?;
    let tables = catalogue::read(&database).await;
    let maker = Maker::new(engine, &mut database.owner().await, tables).await;
    let mut server = database.application().await;
    let (ours, theirs) = (maker.household(&mut server).await, maker.household(&mut server).await);
    Some((database, server, maker, ours, theirs))
}

/// The keys between tables of organizations.
fn keys(maker: &Maker) -> impl Iterator<Item = (&String, &ForeignKey)> {
    maker.tables(Owner::Organization).flat_map(move |(table, shape)| {
        let between =
            shape.foreign_keys.iter().filter(move |key| maker.owner(&key.to_table) == Some(Owner::Organization));
        between.map(move |key| (table, key))
    })
}

/// The statement by which the row refers to what `whose` has.
fn refer(maker: &Maker, table: &str, key: &ForeignKey, row: &str, whose: &Household) -> String {
    let target = maker.id(Maker::target(key, whose));
    format!("update {table} set {} = {target} where id = {}", key.columns[1], maker.id(row))
}

/// On SQLite this is the wall: there are no policies behind it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_keys_alone_refuse_every_reference_into_another_organization(#[case] engine: Engine) {
    let Some((database, _, maker, mut ours, theirs)) = two_households(engine).await else {
        return;
    };
    // Whom policies do not bind.
    let mut raw = database.owner().await;
    let mut tried = 0;
    for (table, key) in keys(&maker) {
        assert_eq!(key.columns.len(), 2, "{table}: {key:?} does not name the organization");
        let row = ours.rows[table].clone();
        if key.to_table == *table && key.to_columns[1] == "id" {
            // One that is not the row itself.
            let another = Id::<()>::generate().to_string();
            raw.execute(&maker.insert(table, &ours, &another)).await.unwrap();
            ours.rows.insert(table.clone(), another);
        }
        assert_eq!(raw.execute(&refer(&maker, table, key, &row, &ours)).await.unwrap(), 1, "{table}: {key:?}");
        let refused = raw.execute(&refer(&maker, table, key, &row, &theirs)).await;
        assert!(refused.as_ref().is_err_and(|error| is_foreign_key(engine, error)), "{table}: {key:?} {refused:?}");
        tried += 1;
    }
    assert!(tried >= 115, "only {tried} keys between tenants' tables");
}

/// No policy looks at what a row refers to: the database checks its keys past them.
#[tokio::test]
async fn the_servers_role_refers_to_no_row_of_another_organization() {
    let Some((database, mut server, maker, ours, theirs)) = two_households(Engine::Postgres).await else {
        return;
    };
    server.act_for(&ours.organization).await;
    let mut watch = Watch::over(&database).await;
    let mut tried = 0;
    for (table, key) in keys(&maker) {
        let refused = server.execute(&refer(&maker, table, key, &ours.rows[table], &theirs)).await;
        // A table that only grows refuses every change.
        let is_right = if APPEND_ONLY.contains(&table.as_str()) {
            is_denied(&refused)
        } else {
            refused.as_ref().is_err_and(|error| is_foreign_key(Engine::Postgres, error))
        };
        assert!(is_right, "{table}: {key:?} {refused:?}");
        tried += 1;
    }
    assert!(tried >= 115, "only {tried} keys between tenants' tables");
    assert_eq!(watch.changes().await, Vec::<String>::new());
}

#[rstest]
#[case::organization(Owner::Organization, 60)]
#[case::person(Owner::Person, 7)]
#[tokio::test]
async fn the_servers_role_reaches_no_row_of_anybody_else(#[case] owner: Owner, #[case] at_least: usize) {
    let Some((database, mut server, maker, ours, theirs)) = two_households(Engine::Postgres).await else {
        return;
    };
    let column = owner.column();
    let (me, other) = match owner {
        Owner::Organization => (&ours.organization, &theirs.organization),
        Owner::Person => (&ours.person, &theirs.person),
    };
    server.execute("reset app.organization_id; reset app.user_id").await.unwrap();
    for (table, _) in maker.tables(owner) {
        assert_eq!(count(&mut server, table, "true").await, 0, "{table} shows rows to nobody");
    }
    let setting = if owner == Owner::Organization { "app.organization_id" } else { "app.user_id" };
    server.execute(&format!("set {setting} = '{me}'")).await.unwrap();

    let mut watch = Watch::over(&database).await;
    let mut tried = 0;
    for (table, _) in maker.tables(owner) {
        let (mine, foreign) = (format!("{column} = '{me}'"), format!("{column} = '{other}'"));
        assert_eq!(count(&mut database.owner().await, table, &foreign).await, 1, "{table} has a row of the other's");
        assert_eq!(count(&mut server, table, "true").await, 1, "{table} shows what is one's own");
        assert_eq!(count(&mut server, table, &foreign).await, 0, "{table} shows another's");

        // A table that only grows refuses every change, of one's own rows too.
        let fixed = APPEND_ONLY.contains(&table.as_str());
        let touch = |whose: &str| format!("update {table} set {column} = {column} where {whose}");
        let remove = format!("delete from {table} where {foreign}");
        for statement in [touch(&foreign), remove] {
            let changed = server.execute(&statement).await;
            assert!(if fixed { is_denied(&changed) } else { matches!(changed, Ok(0)) }, "{statement}: {changed:?}");
        }
        let own = server.execute(&touch(&mine)).await;
        assert!(if fixed { is_denied(&own) } else { matches!(own, Ok(1)) }, "{table}: {own:?}");
        for statement in [
            maker.insert(table, &theirs, &Id::<()>::generate().to_string()),
            format!("update {table} set {column} = '{other}' where {mine}"),
        ] {
            let refused = server.execute(&statement).await;
            assert!(is_denied(&refused), "{statement}: {refused:?}");
        }
        tried += 1;
    }
    assert!(tried >= at_least, "only {tried} tables");
    assert_eq!(watch.changes().await, Vec::<String>::new());
}

async fn count(raw: &mut Raw, table: &str, condition: &str) -> usize {
    let sql = format!("select count(*)::text from {table} where {condition}");
    raw.rows(&sql).await.unwrap()[0][0].parse().unwrap()
}

fn is_denied(result: &Result<u64, Error>) -> bool {
    result.as_ref().is_err_and(|error| code(error) == INSUFFICIENT_PRIVILEGE)
}
