//! An organization's key is replaced and destroyed while others read and write what it has sealed.
use crate::world::World;
use purser_kernel::{ExposeSecret, Permission, Scope};
use purser_store::{Answer, KeyClaim, KeyedRequest, KeysLeft, Resealed, Store, ports::Secrets};
use purser_tenancy::{Tenancy, secrets};
use purser_tests::database::{Engine, uuid_literal};
use rstest::rstest;
use std::{sync::Arc, time::Duration};
use tokio::sync::Barrier;

/// Who may replace secrets in the organization.
fn owner(scope: &Scope) -> Scope {
    Scope { permissions: Permission::SecretsManage.into(), ..scope.clone() }
}

async fn replace(store: &Store, scope: &Scope, name: &str, value: &str) {
    let tx = store.write(&owner(scope)).await.unwrap();
    secrets::replace(&tx, name, value.into()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn opened(store: &Store, scope: &Scope, name: &str) -> Option<String> {
    let tx = store.read_in_any_state(scope).await.unwrap();
    let secret = Tenancy.open(&tx, name).await.ok()??;
    Some(secret.expose_secret().to_owned())
}

fn request(number: usize) -> KeyedRequest {
    KeyedRequest { method: "POST".into(), path: "/v1".into(), key: format!("key-{number}"), body_hash: vec![1] }
}

fn answer(number: usize) -> Answer {
    Answer { status: 201, headers: Vec::new(), body: format!("answer {number}") }
}

async fn answer_many(store: &Store, scope: &Scope, count: usize) {
    for number in 0..count {
        let tx = store.write(scope).await.unwrap();
        tx.claim_key(request(number)).await.unwrap();
        tx.keep_answer(&answer(number)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn replayed(store: &Store, scope: &Scope, count: usize) {
    for number in 0..count {
        let tx = store.write_in_any_state(scope).await.unwrap();
        let KeyClaim::Replay(again) = tx.claim_key(request(number)).await.unwrap() else { panic!("{number} is new") };
        assert_eq!(again, answer(number));
    }
}

/// Version and status of the organization's keys, in their order.
async fn keys(world: &World, scope: &Scope) -> Vec<String> {
    let organization = uuid_literal(world.database.engine, scope.organization);
    let sql = format!(
        "select cast(version as text) || ' ' || status from encryption_keys where organization_id = {organization} order by version"
    );
    world.database.owner().await.rows(&sql).await.unwrap().into_iter().map(|mut row| row.remove(0)).collect()
}

async fn left(store: &Store) -> u64 {
    let KeysLeft { organizations, .. } = store.keys_left(&Tenancy).await.unwrap();
    organizations.iter().map(|keys| keys.left).sum()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_new_key_takes_over_all_that_was_sealed(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, other) = (world.tenant().await, world.tenant().await);
    replace(&world.store, &scope, "openai_api_key", "the organization's own").await;
    replace(&world.store, &other, "openai_api_key", "another organization's").await;
    // More than a batch.
    answer_many(&world.store, &scope, 130).await;

    let rotated = world.store.rotate_organization_key(scope.organization).await.unwrap();
    assert_eq!(rotated, Some(Resealed { version: 2, done: 131, left: 0 }));
    assert_eq!(keys(&world, &scope).await, ["1 retired", "2 active"]);
    assert_eq!(keys(&world, &other).await, ["1 active"]);
    for store in [&world.store, &world.open().await] {
        assert_eq!(opened(store, &scope, "openai_api_key").await.unwrap(), "the organization's own");
        assert_eq!(opened(store, &other, "openai_api_key").await.unwrap(), "another organization's");
        replayed(store, &scope, 130).await;
    }
    // A key of which nothing depends any more: without it everything opens all the same.
    let organization = uuid_literal(engine, scope.organization);
    let forget = format!("delete from encryption_keys where status = 'retired' and organization_id = {organization}");
    assert_eq!(world.database.owner().await.execute(&forget).await.unwrap(), 1);
    let again = world.store.rotate_organization_key(scope.organization).await.unwrap();
    assert_eq!(again, Some(Resealed { version: 3, done: 131, left: 0 }));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_rotation_that_was_stopped_goes_on(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    replace(&world.store, &scope, "openai_api_key", "the organization's own").await;
    answer_many(&world.store, &scope, 20).await;

    assert_eq!(world.store.begin_key_rotation(scope.organization).await.unwrap(), Some(2));
    assert_eq!(world.store.reseal(scope.organization, 5).await.unwrap(), 5);
    // Killed here: some is on the new key and some on the old one, and all of it opens.
    let store = world.open().await;
    assert_eq!(left(&store).await, 16);
    assert_eq!(keys(&world, &scope).await, ["1 retiring", "2 active"]);
    replayed(&store, &scope, 20).await;

    let goes_on = store.rotate_organization_key(scope.organization).await.unwrap();
    assert_eq!(goes_on, Some(Resealed { version: 2, done: 16, left: 0 }));
    assert_eq!((left(&store).await, keys(&world, &scope).await), (0, vec!["1 retired".into(), "2 active".into()]));
    replayed(&store, &scope, 20).await;
    assert_eq!(opened(&store, &scope, "openai_api_key").await.unwrap(), "the organization's own");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wherever_it_is_stopped_everything_opens(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    answer_many(&world.store, &scope, 30).await;
    let mut patience = Duration::from_micros(200);
    // Dropped later and later, until it comes to its end.
    loop {
        let rotation = world.store.rotate_organization_key(scope.organization);
        let ended = tokio::time::timeout(patience, rotation).await;
        replayed(&world.store, &scope, 30).await;
        if let Ok(rotated) = ended {
            assert_eq!(rotated.unwrap().unwrap().left, 0);
            break;
        }
        patience *= 2;
    }
    let keys = keys(&world, &scope).await;
    let (newest, older) = keys.split_last().unwrap();
    assert!(newest.ends_with("active") && older.iter().all(|key| key.ends_with("retired")), "{keys:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_meanwhile_is_not_lost(#[case] engine: Engine) {
    const WRITERS: usize = 3;
    const ROUNDS: usize = 12;
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let start = Arc::new(Barrier::new(WRITERS + 1));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        // Each is a process of its own, with its own idea of which key seals.
        let (store, scope, start) = (world.open().await, scope.clone(), start.clone());
        writers.spawn(async move {
            start.wait().await;
            for round in 0..ROUNDS {
                replace(&store, &scope, &format!("secret_{writer}"), &format!("written in round {round:04}")).await;
            }
        });
    }
    start.wait().await;
    let mut rotations = 0;
    while !writers.is_empty() {
        while writers.try_join_next().transpose().unwrap().is_some() {}
        let rotated = world.store.rotate_organization_key(scope.organization).await.unwrap().unwrap();
        assert_eq!(rotated.left, 0);
        rotations += 1;
    }
    for writer in 0..WRITERS {
        let kept = opened(&world.open().await, &scope, &format!("secret_{writer}")).await.unwrap();
        assert_eq!(kept, format!("written in round {:04}", ROUNDS - 1));
    }
    let keys = keys(&world, &scope).await;
    assert_eq!(keys.len(), rotations + 1);
    assert!(keys[..rotations].iter().all(|key| key.ends_with("retired")), "{keys:?}");
    assert_eq!(left(&world.store).await, 0);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_at_once_leave_one_key_that_seals(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    answer_many(&world.store, &scope, 20).await;
    let other = world.open().await;
    let (one, two) = tokio::join!(
        world.store.rotate_organization_key(scope.organization),
        other.rotate_organization_key(scope.organization)
    );
    assert_eq!((one.unwrap().unwrap().left, two.unwrap().unwrap().left), (0, 0));
    let keys = keys(&world, &scope).await;
    assert!(keys.last().unwrap().ends_with("active"), "{keys:?}");
    assert!(keys[..keys.len() - 1].iter().all(|key| key.ends_with("retired")), "{keys:?}");
    replayed(&world.store, &scope, 20).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_altered_stays_on_its_key_and_is_counted(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    replace(&world.store, &scope, "altered_key", "something that is altered").await;
    replace(&world.store, &scope, "openai_api_key", "something that is not").await;
    let alter = match engine {
        Engine::Sqlite => "x'00'",
        Engine::Postgres => "'\\x00'::bytea",
    };
    let alter = format!("update organization_secrets set ciphertext = {alter} where name = 'altered_key'");
    world.database.owner().await.execute(&alter).await.unwrap();

    for done in [1, 0] {
        let rotated = world.store.rotate_organization_key(scope.organization).await.unwrap();
        assert_eq!(rotated, Some(Resealed { version: 2, done, left: 1 }));
        assert_eq!(keys(&world, &scope).await, ["1 retiring", "2 active"]);
    }
    replace(&world.store, &scope, "altered_key", "something that is whole again").await;
    let rotated = world.store.rotate_organization_key(scope.organization).await.unwrap();
    assert_eq!(rotated, Some(Resealed { version: 2, done: 0, left: 0 }));
    assert_eq!(keys(&world, &scope).await, ["1 retired", "2 active"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn destroyed_keys_open_nothing_ever_again(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (scope, other) = (world.tenant().await, world.tenant().await);
    for scope in [&scope, &other] {
        replace(&world.store, scope, "openai_api_key", "the organization's own").await;
    }
    world.store.rotate_organization_key(scope.organization).await.unwrap();
    assert!(world.store.destroy_organization_keys(scope.organization).await.is_err(), "it is not closed");
    assert!(opened(&world.store, &scope, "openai_api_key").await.is_some());

    let organization = uuid_literal(engine, scope.organization);
    let close = format!("update organizations set status = 'closed' where id = {organization}");
    world.database.owner().await.execute(&close).await.unwrap();
    let (one, two) = tokio::join!(
        world.store.destroy_organization_keys(scope.organization),
        world.store.destroy_organization_keys(scope.organization)
    );
    assert_eq!(one.unwrap() + two.unwrap(), 2, "each is destroyed once");
    for store in [&world.store, &world.open().await] {
        assert_eq!(opened(store, &scope, "openai_api_key").await, None);
        assert!(opened(store, &other, "openai_api_key").await.is_some());
    }
    let wrapped = format!(
        "select cast(sum(length(wrapped_key)) as text), cast(count(*) as text) from encryption_keys where organization_id = {organization}"
    );
    assert_eq!(world.database.owner().await.rows(&wrapped).await.unwrap(), [["0", "2"]]);
    let written = format!(
        "select cast(count(*) as text) from audit_logs where action = 'encryption_key.destroy' and organization_id = {organization}"
    );
    assert_eq!(world.database.owner().await.rows(&written).await.unwrap(), [["1"]]);
    assert_eq!(world.store.rotate_organization_key(scope.organization).await.unwrap(), None);
    // Starting looks at the keys of organizations, and is not stopped by one that has none any more.
    world.open().await.vault().check(&world.store, scope.organization).await.unwrap();
}
