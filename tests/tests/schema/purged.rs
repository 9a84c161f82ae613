//! Nothing that a closed organization had is left, in whichever table: the catalogue lists them.
use crate::rows::{Maker, Owner};
use purser_kernel::{Clock, Id};
use purser_migration::{APPEND_ONLY, tenant_tables};
use purser_store::{DatabaseOptions, MasterKey, Store, Vault};
use purser_tests::{
    database::{Engine, TestDatabase},
    schema::catalogue,
};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_row_of_a_closed_organization_goes_and_no_other(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let maker = Maker::new(engine, &mut database.owner().await, catalogue::read(&database).await).await;
    let mut server = database.application().await;
    let (ours, theirs) = (maker.household(&mut server).await, maker.household(&mut server).await);
    drop(server);
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let options = DatabaseOptions::new(&database.application_url);
    let store = Store::connect(&options, Clock::system(), vault).await.unwrap();
    let tables: Vec<&str> = tenant_tables().iter().copied().filter(|table| !APPEND_ONLY.contains(table)).collect();
    let id = Id::from_uuid(ours.organization.parse().unwrap());

    let mut raw = database.owner().await;
    let status = |raw_status: &str| {
        format!("update organizations set status = '{raw_status}' where id = {}", maker.id(&ours.organization))
    };
    raw.execute(&status("suspended")).await.unwrap();
    assert!(store.erase(id, &tables).await.is_err(), "it is not closed");
    raw.execute(&status("closed")).await.unwrap();
    assert!(store.erase(id, &tables).await.unwrap() > 0);
    assert_eq!(store.erase(id, &tables).await.unwrap(), 0, "there is nothing left to do");

    for (table, _) in maker.tables(Owner::Organization) {
        let rows = async |raw: &mut purser_tests::database::Raw, organization: &str| {
            let count = format!(
                "select cast(count(*) as text) from {table} where organization_id = {}",
                maker.id(organization)
            );
            raw.rows(&count).await.unwrap()[0][0].clone()
        };
        // The trail and its seals stay, for those who look into them later; what is personal in it goes.
        let stays = ["audit_logs", "audit_seal_entries", "audit_seals", "data_access_audit"];
        let kept = if stays.contains(&table.as_str()) { "1" } else { "0" };
        assert_eq!(rows(&mut raw, &ours.organization).await, kept, "{table}");
        assert_eq!(rows(&mut raw, &theirs.organization).await, "1", "{table}");
    }
}
