//! Secrets open where they were sealed, and nowhere else.
use crate::world::World;
use purser_kernel::{Id, OrganizationId};
use purser_store::{DatabaseOptions, MasterKey, Place, Store, Vault};
use purser_tests::database::Engine;
use rstest::rstest;
use uuid::Uuid;

fn place(row: Uuid) -> Place {
    Place { table: "integrations", column: "credentials_ciphertext", row }
}

fn row() -> Uuid {
    Id::<()>::generate().as_uuid()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_opens_in_its_place_only(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, row) = (world.tenant().await, row());
    let tx = world.store.write(&scope).await.unwrap();
    let sealed = tx.seal(place(row), b"a token").await.unwrap();
    tx.commit().await.unwrap();

    // Another process, which has no key in memory.
    let store = world.open().await;
    let tx = store.read(&scope).await.unwrap();

    assert_eq!(tx.open(place(row), &sealed).await.unwrap().as_slice(), b"a token");
    let elsewhere =
        [Place { table: "users", ..place(row) }, Place { column: "config", ..place(row) }, place(self::row())];
    for place in elsewhere {
        assert!(tx.open(place, &sealed).await.is_err(), "{place:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_that_was_altered_does_not_open(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, row) = (world.tenant().await, row());
    let tx = world.store.write(&scope).await.unwrap();
    let sealed = tx.seal(place(row), b"a token").await.unwrap();
    let again = tx.seal(place(row), b"a token").await.unwrap();
    assert_ne!(sealed.ciphertext, again.ciphertext, "the same secret is never sealed alike");

    for position in 0..sealed.ciphertext.len() {
        let mut altered = sealed.clone();
        altered.ciphertext[position] ^= 1;
        assert!(tx.open(place(row), &altered).await.is_err(), "byte {position}");
    }
    let mut cut = sealed;
    cut.ciphertext.truncate(10);
    assert!(tx.open(place(row), &cut).await.is_err());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_organizations_secret_does_not_open(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs, row) = (world.tenant().await, world.tenant().await, row());
    let tx = world.store.write(&ours).await.unwrap();
    let sealed = tx.seal(place(row), b"a token").await.unwrap();
    tx.commit().await.unwrap();
    let tx = world.store.write(&theirs).await.unwrap();
    let key_id = tx.seal(place(row), b"theirs").await.unwrap().key_id;

    assert!(tx.open(place(row), &sealed).await.is_err());
    let under_their_key = purser_store::Sealed { key_id, ..sealed };
    assert!(tx.open(place(row), &under_their_key).await.is_err());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_wrong_master_key_is_noticed(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let options = DatabaseOptions::new(&world.database.application_url);
    let wrong = Vault::new(&MasterKey::new([8; 32])).unwrap();
    let store = Store::connect(&options, world.clock.clone(), wrong).await.unwrap();

    assert!(store.vault().check(&store, scope.organization).await.is_err());
    world.store.vault().check(&world.store, scope.organization).await.unwrap();
    // Nothing to compare with.
    store.vault().check(&store, OrganizationId::generate()).await.unwrap();
}
