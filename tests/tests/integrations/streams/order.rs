//! Everything that was committed, in its order and once, also through connections that break.
use super::{lively, names, newest, numbers};
use fastrand::Rng;
use futures_util::future::join_all;
use purser_kernel::{Id, Scope, ids::CustomerId};
use purser_messaging::ConversationLinked;
use purser_store::{Store, WriteTx};
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
    event_stream::Sent,
};
use rstest::rstest;
use serde_json::json;

const WRITERS: usize = 3;
const EACH: usize = 20;
/// Those whose transactions take longer than others', and how many of them are open at once.
const LATE: usize = 30;
const AT_ONCE: usize = 2;

/// Reads `query` from behind `after` on until `last`, and goes away whenever it likes in between.
async fn read_with_breaks(who: &Tenant, query: &str, mut after: i64, last: i64, random: &mut Rng) -> Vec<i64> {
    let mut read = Vec::new();
    while after < last {
        let mut stream = who.follow_from(query, after).await;
        for _ in 0..random.usize(1..12) {
            if stream.last_id >= last {
                break;
            }
            read.push(stream.expect().await.id);
        }
        // What was told without an event counts as well.
        after = stream.last_id;
    }
    read
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_lost_or_told_twice_while_many_write_and_readers_come_and_go(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    let total = i64::try_from(WRITERS * EACH + LATE).unwrap();
    let last = start + total;
    let seed = fastrand::u64(..);
    println!("the seed is {seed}");
    let write = join_all((0..WRITERS).map(async |writer| {
        for number in 0..EACH {
            customer(&owner, &format!("{writer}-{number}")).await;
        }
    }));
    let write = futures_util::future::join(write, late(&app, &owner));
    let readers = join_all((0..3).map(async |reader| {
        let mut random = Rng::with_seed(seed + reader);
        read_with_breaks(&owner, "", start, last, &mut random).await
    }));
    let (_, reads) = futures_util::future::join(write, readers).await;
    for read in reads {
        assert_eq!(read, (start + 1..=last).collect::<Vec<_>>());
    }
    // Somebody who was there all the time is told the same as somebody who comes afterwards.
    let mut whole = owner.follow_from("?type=customer.created", start).await;
    let whole = whole.upto(last).await;
    assert!(numbers(&whole).is_sorted());
    let mut told = names(&whole);
    told.sort();
    let mut made: Vec<_> = (0..WRITERS).flat_map(|w| (0..EACH).map(move |n| format!("{w}-{n}"))).collect();
    made.sort();
    assert_eq!(told, made);
}

/// A customer is created.
async fn customer(who: &Tenant, name: &str) {
    who.create("/v1/customers", &json!({ "business_name": name })).await;
}

/// Transactions in which something happens, and of which those that began last are committed first. On SQLite there is one at a time.
async fn late(app: &TestApp, owner: &Tenant) {
    let (store, scope) = (&app.app().services().store, scope_of(owner));
    for _ in 0..LATE / AT_ONCE {
        let mut open = Vec::new();
        for _ in 0..AT_ONCE {
            let tx = begin(store, &scope, Id::generate()).await;
            match app.database.engine {
                Engine::Postgres => open.push(tx),
                Engine::Sqlite => tx.commit().await.unwrap(),
            }
        }
        while let Some(tx) = open.pop() {
            tx.commit().await.unwrap();
        }
    }
}

/// A transaction in which something happens, not committed.
async fn begin(store: &Store, scope: &Scope, customer_id: CustomerId) -> WriteTx {
    let tx = store.write(scope).await.unwrap();
    tx.emit(&ConversationLinked { conversation_id: Id::generate(), customer_id }).await.unwrap();
    tx
}

fn scope_of(owner: &Tenant) -> Scope {
    Scope::system(owner.organization_id.parse().unwrap(), "test")
}

/// Whom the events are about.
fn customers(events: &[Sent]) -> Vec<CustomerId> {
    events.iter().map(|sent| sent.data["data"]["customer_id"].as_str().unwrap().parse().unwrap()).collect()
}

/// Began first, committed last: whoever has read what came meanwhile is told of it, and so is who comes back.
#[tokio::test]
async fn what_was_committed_late_is_told_when_it_is() {
    let Some(app) = TestApp::start(Engine::Postgres).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    newest(&app, &owner).await;
    let (store, scope) = (&app.app().services().store, scope_of(&owner));
    let mut live = owner.follow("").await;
    let [slow, one, two] = [Id::generate(), Id::generate(), Id::generate()];
    let late = begin(store, &scope, slow).await;
    for quick in [one, two] {
        begin(store, &scope, quick).await.commit().await.unwrap();
    }
    let before = [live.expect().await, live.expect().await];
    assert_eq!(customers(&before), [one, two]);
    let gone_at = live.last_id;

    late.commit().await.unwrap();
    assert_eq!(customers(&[live.expect().await]), [slow]);
    let mut again = owner.follow_from("", gone_at).await;
    assert_eq!(customers(&[again.expect().await]), [slow]);
    assert_eq!((again.last_id, live.last_id), (gone_at + 1, gone_at + 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_rolled_back_is_not_told(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    newest(&app, &owner).await;
    let (store, scope) = (&app.app().services().store, scope_of(&owner));
    let mut live = owner.follow("").await;
    let begun_at = live.last_id;
    let [never, committed] = [Id::generate(), Id::generate()];
    drop(begin(store, &scope, never).await);
    begin(store, &scope, committed).await.commit().await.unwrap();
    let told = live.expect().await;
    assert_eq!((customers(std::slice::from_ref(&told)), told.id), (vec![committed], begun_at + 1));
}
