//! A key's answer is given again instead of being worked out twice.
use crate::world::{World, add_category};
use chrono::TimeDelta;
use purser_entity_platform::idempotency_key;
use purser_kernel::{Actor, CommonProblem, Id, Scope};
use purser_store::{Answer, KeyClaim, KeyedRequest, prelude::*};
use purser_tests::database::Engine;
use rstest::rstest;

fn request(body: u8) -> KeyedRequest {
    KeyedRequest {
        method: "POST".to_owned(),
        path: "/v1/orders".to_owned(),
        key: "a-key".to_owned(),
        body_hash: vec![body; 32],
    }
}

fn answer() -> Answer {
    let headers = vec![("ETag".to_owned(), "\"1\"".to_owned())];
    Answer { status: 201, headers, body: r#"{"secret":"words"}"#.to_owned() }
}

/// Does the work of a request, and keeps its answer.
async fn first(world: &World, scope: &Scope) {
    let tx = world.store.write(scope).await.unwrap();
    assert!(is_new(&tx, 1).await);
    add_category(&tx, "effect").await.unwrap();
    tx.keep_answer(&answer()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn is_new(tx: &WriteTx, body: u8) -> bool {
    matches!(tx.claim_key(request(body)).await.unwrap(), KeyClaim::New)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_request_gets_the_same_answer(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    first(&world, &scope).await;

    // Another process, after a crash.
    let store = world.open().await;
    let tx = store.write(&scope).await.unwrap();

    let KeyClaim::Replay(replayed) = tx.claim_key(request(1)).await.unwrap() else { panic!("the answer is there") };
    assert_eq!(replayed, answer());
    let kept = tx.find::<idempotency_key::Entity>().one().await.unwrap().unwrap();
    assert_eq!(kept.response_status, 201);
    assert!(!kept.response_ciphertext.windows(5).any(|window| window == b"words"), "it is kept sealed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_request_with_the_key_is_refused(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    first(&world, &scope).await;

    let tx = world.store.write(&scope).await.unwrap();

    assert!(tx.claim_key(request(2)).await.unwrap_err().is(CommonProblem::IdempotencyKeyReused));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_belongs_to_its_actor_path_and_organization(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    first(&world, &ours).await;
    let agent = Scope { actor: Actor::Agent(Id::<()>::generate().as_uuid()), ..ours.clone() };

    for scope in [&agent, &theirs] {
        let tx = world.store.write(scope).await.unwrap();
        assert!(is_new(&tx, 1).await);
    }
    let tx = world.store.write(&ours).await.unwrap();
    let elsewhere = KeyedRequest { path: "/v1/customers".to_owned(), ..request(1) };
    assert!(matches!(tx.claim_key(elsewhere).await.unwrap(), KeyClaim::New));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_request_that_failed_can_be_tried_again(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    // At once and over another connection, while the first is still being rolled back.
    for _ in 0..20 {
        let tx = world.store.write(&scope).await.unwrap();
        assert!(is_new(&tx, 1).await);
        tx.keep_answer(&answer()).await.unwrap();
        drop(tx);
    }
}

/// On SQLite the second waits for the first: there is one writer.
#[tokio::test]
async fn a_key_whose_request_runs_is_in_use() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let scope = world.tenant().await;
    let running = world.store.write(&scope).await.unwrap();
    assert!(is_new(&running, 1).await);

    let second = world.store.write(&scope).await.unwrap();
    assert!(second.claim_key(request(1)).await.unwrap_err().is(CommonProblem::IdempotencyKeyInUse));
    drop(second);

    running.keep_answer(&answer()).await.unwrap();
    running.commit().await.unwrap();
    let third = world.store.write(&scope).await.unwrap();
    assert!(!is_new(&third, 1).await);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_answer_is_kept_for_a_day(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    first(&world, &scope).await;

    world.clock.advance(TimeDelta::hours(23));
    let tx = world.store.write(&scope).await.unwrap();
    assert!(!is_new(&tx, 1).await);
    assert_eq!(tx.purge_answers(500).await.unwrap(), 0);
    tx.commit().await.unwrap();

    world.clock.advance(TimeDelta::hours(2));
    first(&world, &scope).await;
    world.clock.advance(TimeDelta::hours(25));
    let tx = world.store.write(&scope).await.unwrap();
    assert_eq!(tx.purge_answers(500).await.unwrap(), 1);
}
