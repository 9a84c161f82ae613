//! Everything that was committed, in its order and once, also through connections that break.
use super::{lively, names, newest, numbers, project};
use fastrand::Rng;
use futures_util::future::join_all;
use purser_kernel::{Permission, PermissionSet, Scope};
use purser_store::{Store, WriteTx};
use purser_tenancy::projects::{self, NewProject};
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;

const WRITERS: usize = 4;
const EACH: usize = 25;

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
    let total = i64::try_from(WRITERS * EACH).unwrap();
    let last = start + total;
    let seed = fastrand::u64(..);
    println!("the seed is {seed}");
    let write = join_all((0..WRITERS).map(async |writer| {
        for number in 0..EACH {
            project(&owner, &format!("{writer}-{number}")).await;
        }
    }));
    let readers = join_all((0..3).map(async |reader| {
        let mut random = Rng::with_seed(seed + reader);
        read_with_breaks(&owner, "", start, last, &mut random).await
    }));
    let (_, reads) = futures_util::future::join(write, readers).await;
    for read in reads {
        assert_eq!(read, (start + 1..=last).collect::<Vec<_>>());
    }
    // Somebody who was there all the time is told the same as somebody who comes afterwards.
    let mut whole = owner.follow_from("?type=project.created", start).await;
    let whole = whole.upto(last).await;
    assert_eq!(numbers(&whole), (start + 1..=last).collect::<Vec<_>>());
    let mut told = names(&whole);
    told.sort();
    let mut made: Vec<_> = (0..WRITERS).flat_map(|w| (0..EACH).map(move |n| format!("{w}-{n}"))).collect();
    made.sort();
    assert_eq!(told, made);
}

/// A transaction in which a project begins, not committed.
async fn begin(store: &Store, scope: &Scope, name: &str) -> WriteTx {
    let tx = store.write(scope).await.unwrap();
    let new = NewProject { name: name.to_owned(), description: None, manager_id: None };
    projects::create(&tx, new).await.unwrap();
    tx
}

fn scope_of(owner: &Tenant) -> Scope {
    let organization = owner.organization_id.parse().unwrap();
    let permissions = PermissionSet::from(Permission::ProjectsManage);
    Scope::user(organization, owner.user_id.parse().unwrap(), permissions)
}

/// Began first, committed last: whoever has read what came meanwhile is told of it, and so is who comes back.
#[tokio::test]
async fn what_was_committed_late_is_told_when_it_is() {
    let Some(app) = TestApp::start(Engine::Postgres).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    newest(&app, &owner).await;
    let (store, scope) = (&app.app().services().store, scope_of(&owner));
    let mut live = owner.follow("").await;
    let late = begin(store, &scope, "late").await;
    for name in ["one", "two"] {
        begin(store, &scope, name).await.commit().await.unwrap();
    }
    let before = [live.expect().await, live.expect().await];
    assert_eq!(names(&before), ["one", "two"]);
    let gone_at = live.last_id;

    late.commit().await.unwrap();
    assert_eq!(names(&[live.expect().await]), ["late"]);
    let mut again = owner.follow_from("", gone_at).await;
    assert_eq!(names(&[again.expect().await]), ["late"]);
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
    drop(begin(store, &scope, "never").await);
    begin(store, &scope, "committed").await.commit().await.unwrap();
    let told = live.expect().await;
    assert_eq!((names(&[told.clone()]), told.id), (vec!["committed".to_owned()], begun_at + 1));
}
