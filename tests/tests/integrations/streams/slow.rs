//! Readers that do not keep up.
use super::{Anybody, happen, newest, project, scope_of};
use async_trait::async_trait;
use purser_integrations::streams::{Caller, EventFilter, EventStream};
use purser_kernel::{Problem, Scope};
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

/// More than goes round.
const MANY: usize = 1_300;

/// Somebody of whom nobody knows what they may do until there is a permit.
struct Unknown {
    scope: Scope,
    asked: Arc<Notify>,
    free: Arc<Semaphore>,
}

#[async_trait]
impl Caller for Unknown {
    async fn now(&self) -> Result<Scope, Problem> {
        self.asked.notify_one();
        self.free.acquire().await.unwrap().forget();
        Ok(self.scope.clone())
    }
}

/// A stream that is read when the test says so.
async fn open(app: &TestApp, owner: &Tenant, after: i64) -> EventStream {
    open_as(app, owner, after, Box::new(Anybody(scope_of(owner)))).await
}

async fn open_as(app: &TestApp, owner: &Tenant, after: i64, caller: Box<dyn Caller>) -> EventStream {
    let streams = &app.app().services().streams;
    streams.open(caller, &scope_of(owner), EventFilter::default(), Some(&after.to_string())).await.unwrap()
}

/// What was sent, up to the id `last` or the end: the ids of events, and why it ended.
async fn read(stream: &mut EventStream, last: i64) -> (Vec<i64>, Option<String>) {
    let (mut ids, mut at) = (Vec::new(), -1);
    while at < last {
        let Some(text) = stream.next().await else { break };
        for block in text.split_terminator("\n\n") {
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            at = field("id: ").unwrap().parse().unwrap();
            match field("event: ").as_deref() {
                Some("stream.ended") => return (ids, field("data: ")),
                Some(_) => ids.push(at),
                None => {}
            }
        }
    }
    (ids, None)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_slow_reader_is_dropped_and_others_are_told_all(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    project(&owner, "First").await;
    newest(&app, &owner).await;
    let (mut slow, mut quick) = (open(&app, &owner, start).await, owner.follow_from("", start).await);
    // Both are there; then one of them is not read any more.
    assert_eq!(read(&mut slow, start + 1).await, (vec![start + 1], None));
    assert_eq!(quick.expect().await.id, start + 1);
    let idle = tokio::time::timeout(std::time::Duration::from_millis(300), slow.next()).await;
    assert!(idle.is_err(), "nothing happens: {idle:?}");

    happen(&app, &owner, MANY).await;
    let last = start + 1 + i64::try_from(MANY).unwrap();
    let told: Vec<i64> = quick.upto(last).await.iter().map(|sent| sent.id).collect();
    assert_eq!(told, (start + 2..=last).collect::<Vec<_>>(), "who reads is told all, whoever else does not");

    let (ids, why) = read(&mut slow, last).await;
    assert_eq!(why.as_deref(), Some(r#"{"reason":"too_slow"}"#));
    assert!(slow.next().await.is_none());
    assert!(ids.is_empty(), "{ids:?}");
    // It begins again where it stopped.
    let mut again = open(&app, &owner, start + 1).await;
    assert_eq!(read(&mut again, last).await, ((start + 2..=last).collect(), None));
}

/// Somebody with a slow line who has much to read up on is not in a hurry: the table waits.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_reads_up_on_the_past_takes_their_time(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    happen(&app, &owner, MANY).await;
    let middle = newest(&app, &owner).await;
    let mut stream = open(&app, &owner, start).await;
    let (first, _) = read(&mut stream, start + 1).await;
    happen(&app, &owner, MANY).await;
    let last = newest(&app, &owner).await;
    assert_eq!(last - middle, i64::try_from(MANY).unwrap());
    let (rest, why) = read(&mut stream, last).await;
    assert_eq!(([first, rest].concat(), why), ((start + 1..=last).collect(), None));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_kept_waiting_by_the_server_is_told_all(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    project(&owner, "First").await;
    newest(&app, &owner).await;
    let (asked, free) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(1)));
    let caller = Unknown { scope: scope_of(&owner), asked: asked.clone(), free: free.clone() };
    let mut stream = open_as(&app, &owner, start, Box::new(caller)).await;
    let mut quick = owner.follow_from("", start).await;
    assert_eq!(read(&mut stream, start + 1).await, (vec![start + 1], None));
    asked.notified().await;
    let last = start + 2 + i64::try_from(MANY).unwrap();
    let meanwhile = async {
        project(&owner, "Second").await;
        asked.notified().await;
        happen(&app, &owner, MANY).await;
        quick.upto(last).await;
        free.add_permits(MANY);
    };
    let (told, ()) = tokio::join!(read(&mut stream, last), meanwhile);
    assert_eq!(told, ((start + 2..=last).collect(), None));
}
