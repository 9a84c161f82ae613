//! Events that take their readers down.
use async_trait::async_trait;
use purser_integrations::ProcessInbound;
use purser_kernel::{
    Problem,
    ids::{ConversationId, MessageId},
};
use purser_messaging::InboxService;
use purser_ordering::customers::Directory;
use purser_store::{
    ReadTx, WriteTx,
    jobs::{Worker, WorkerOptions},
    ports::{InboundMessage, Inbox, Reading, ReceivedMessage, StatusUpdate},
};
use purser_tests::{app::eventually, database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// What a message does to whoever takes it in.
#[derive(Clone)]
enum Poison {
    Panics,
    /// Until somebody lets it go on.
    Hangs(Arc<Notify>),
}

/// An inbox that one message is poison to.
struct Poisoned(InboxService, Poison);

#[async_trait]
impl Inbox for Poisoned {
    async fn receive(&self, tx: &WriteTx, message: ReceivedMessage) -> Result<(), Problem> {
        if message.text == "poison" {
            match &self.1 {
                Poison::Panics => panic!("a message that no code expected"),
                Poison::Hangs(until) => until.notified().await,
            }
        }
        self.0.receive(tx, message).await
    }

    async fn update_status(&self, tx: &WriteTx, update: StatusUpdate) -> Result<(), Problem> {
        self.0.update_status(tx, update).await
    }

    async fn message(&self, tx: &ReadTx, id: MessageId) -> Result<InboundMessage, Problem> {
        self.0.message(tx, id).await
    }

    async fn unread_by_reader(&self, tx: &ReadTx, conversation: ConversationId) -> Result<Vec<MessageId>, Problem> {
        self.0.unread_by_reader(tx, conversation).await
    }

    async fn record_reading(&self, tx: &WriteTx, id: MessageId, reading: Reading) -> Result<bool, Problem> {
        self.0.record_reading(tx, id, reading).await
    }
}

/// A worker to whom the message is poison, until it is told to stop.
fn work(world: &World, poison: Poison) -> (CancellationToken, JoinHandle<()>) {
    let services = world.app.app().services();
    let inbox = Poisoned(InboxService::new(Arc::new(Directory)), poison);
    let mut handlers = services.job_handlers();
    // Of two handlers of one kind, the last one counts.
    handlers.push(Arc::new(ProcessInbound::new(Arc::new(inbox))));
    let stop = CancellationToken::new();
    let worker = Worker::new(services.store.clone(), handlers, WorkerOptions::default());
    (stop.clone(), tokio::spawn(worker.run(stop)))
}

async fn event(world: &World, status: &str) -> Value {
    eventually(&format!("an event that is {status}"), || async {
        world.events().await.into_iter().find(|event| event["status"] == status)
    })
    .await
}

async fn write(world: &World, connection: &purser_tests::world::Connection, from: &str, text: &str) {
    let body = whatsapp::messages(&[whatsapp::text(from, text)]).to_string();
    world.deliver(connection, &body).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn end_with_the_reason_hold_up_nobody_and_can_be_read_again(#[case] engine: Engine) {
    let Some(mut world) = World::without_workers(engine).await else { return };
    let connection = world.connect().await;
    write(&world, &connection, "16505551234", "poison").await;
    write(&world, &connection, "16505551235", "hello").await;
    let (stop, working) = work(&world, Poison::Panics);

    let failed = event(&world, "failed").await;
    assert_eq!(failed["error"], "internal");
    event(&world, "processed").await;
    assert_eq!(world.conversations().await.len(), 1, "what came behind it is there");
    // Eleven attempts later.
    let last = "update jobs set attempts = 11, run_at = created_at where kind = 'inbound.process' and status = 'ready'";
    eventually("the job to wait for its next attempt", || async { (world.sql(last).await == 1).then_some(()) }).await;
    let dead = event(&world, "dead").await;
    assert_eq!((&dead["id"], &dead["attempts"]), (&failed["id"], &json!(12)));
    let error = eventually("the reason", || async {
        let dead = event(&world, "dead").await;
        (dead["error"] == "internal").then_some(dead["error"].clone())
    });
    assert_eq!(error.await, "internal");
    stop.cancel();
    working.await.unwrap();

    // The program is mended, and somebody asks for it.
    world.restart().await;
    world.settle().await;
    assert_eq!(world.conversations().await.len(), 1);
    let path = format!("/v1/inbound-events/{}/reprocess", dead["id"].as_str().unwrap());
    world.owner.post(&path, &json!({})).await.expect(202);
    world.settle().await;
    assert_eq!(world.conversations().await.len(), 2);
    assert!(world.events().await.iter().all(|event| event["status"] == "processed"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_marked_before_they_take_down_another_process(#[case] engine: Engine) {
    let Some(world) = World::without_workers(engine).await else { return };
    let connection = world.connect().await;
    write(&world, &connection, "16505551234", "poison").await;
    // Two processes have died of it, and none has said a word.
    for (attempts, status) in [(2, "failed"), (11, "dead")] {
        world.sql(&format!("update jobs set attempts = {attempts} where kind = 'inbound.process'")).await;
        let until = Arc::new(Notify::new());
        let (stop, working) = work(&world, Poison::Hangs(until.clone()));
        let marked = event(&world, status).await;
        assert_eq!((&marked["error"], &marked["attempts"]), (&json!("interrupted"), &json!(attempts + 1)));
        until.notify_one();
        event(&world, "processed").await;
        stop.cancel();
        working.await.unwrap();
        let path = format!("/v1/inbound-events/{}/reprocess", marked["id"].as_str().unwrap());
        world.owner.post(&path, &json!({})).await.expect(202);
    }
}
