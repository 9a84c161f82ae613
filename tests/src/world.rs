//! Two organizations, and Meta in front of the first one's door.
mod outbound;

use crate::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
    whatsapp,
};
use purser_api::Config;
use serde_json::Value;
use tokio::task::JoinSet;

/// Two organizations on one server.
pub struct World {
    /// The server.
    pub app: TestApp,
    /// The owner of the first organization.
    pub owner: Tenant,
    /// The owner of the other organization.
    pub stranger: Tenant,
}

/// A connection with WhatsApp.
#[derive(Clone, Debug)]
pub struct Connection {
    /// As it was shown when it was made.
    pub body: Value,
}

impl Connection {
    /// Its id.
    pub fn id(&self) -> &str {
        self.body["id"].as_str().expect("an id")
    }

    /// Where it is changed.
    pub fn path(&self) -> String {
        format!("/v1/integrations/{}", self.id())
    }

    /// Where Meta posts.
    pub fn door(&self) -> &str {
        self.body["callback_path"].as_str().expect("a path")
    }
}

impl World {
    /// A world with workers. `None` where there is no PostgreSQL.
    pub async fn new(engine: Engine) -> Option<Self> {
        Some(Self::of(TestApp::start(engine).await?).await)
    }

    /// A world in which nothing is processed until the server is [restarted](Self::restart).
    pub async fn without_workers(engine: Engine) -> Option<Self> {
        Some(Self::of(TestApp::start_without_workers(engine).await?).await)
    }

    /// A world whose configuration `change` has had a look at.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        Some(Self::of(TestApp::start_with(engine, change).await?).await)
    }

    async fn of(app: TestApp) -> Self {
        let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
        Self { app, owner, stranger }
    }

    /// The server ends, and another one does what was left.
    pub async fn restart(&mut self) {
        self.app.restart().await;
        (self.owner, self.stranger) = (self.owner.at(&self.app.url), self.stranger.at(&self.app.url));
    }

    /// Asks without a token.
    pub async fn nobody(&self, path: &str) -> Answer {
        self.app.anonymous("GET", path, None).await
    }

    /// Connects WhatsApp.
    pub async fn connect(&self) -> Connection {
        Connection { body: self.owner.create("/v1/integrations", &whatsapp::integration()).await }
    }

    /// Connects another provider, which has a route of its own.
    pub async fn connect_to(&self, provider: &str, body: &Value) -> Connection {
        Connection { body: self.owner.create(&format!("/v1/integrations/{provider}"), body).await }
    }

    /// Posts bytes to a connection's door, under these headers.
    pub async fn post(&self, connection: &Connection, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let request = self.app.request("POST", connection.door()).body(body.into());
        Answer::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// Posts bytes to a door.
    pub async fn knock_at(&self, door: &str, body: &[u8], signature: Option<&str>) -> Answer {
        let request = self.app.request("POST", door).header("content-type", "application/json").body(body.to_vec());
        Answer::of(match signature {
            Some(signature) => request.header("x-hub-signature-256", signature),
            None => request,
        })
        .await
    }

    /// Posts bytes to the connection's door.
    pub async fn knock(&self, connection: &Connection, body: &[u8], signature: Option<&str>) -> Answer {
        self.knock_at(connection.door(), body, signature).await
    }

    /// Posts bodies as Meta does, signed, all at once.
    pub async fn deliver_all(&self, connection: &Connection, bodies: &[String]) -> Vec<Answer> {
        let mut answers = JoinSet::new();
        for body in bodies {
            let signature = whatsapp::signature(whatsapp::APP_SECRET, body.as_bytes());
            let request = self.app.request("POST", connection.door()).header("x-hub-signature-256", signature);
            answers.spawn(Answer::of(request.body(body.clone())));
        }
        answers.join_all().await
    }

    /// Posts a body as Meta does, signed.
    pub async fn deliver(&self, connection: &Connection, body: &str) -> Answer {
        self.deliver_all(connection, &[body.to_owned()]).await.remove(0)
    }

    /// Posts these messages in one body, which must be taken, and waits until they were worked on.
    pub async fn receive(&self, connection: &Connection, messages: &[Value]) {
        self.deliver(connection, &whatsapp::messages(messages).to_string()).await.expect(200);
        self.settle().await;
    }

    /// Waits until no job is left.
    pub async fn settle(&self) {
        self.app.settle().await;
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.owner.get(path).await.expect(200).json();
        list["data"].as_array().expect("a list").clone()
    }

    /// What came in, the newest first.
    pub async fn events(&self) -> Vec<Value> {
        self.list("/v1/inbound-events").await
    }

    /// Statement as the owner of the tables, for what only time would bring about.
    pub async fn sql(&self, statement: &str) -> u64 {
        self.app.database.owner().await.execute(statement).await.expect("a statement")
    }

    /// How often an event of this type was published.
    pub async fn published(&self, event_type: &str) -> usize {
        let usage = self.list("/v1/usage?limit=200&resource_type=event_sent").await;
        usage.iter().filter(|row| row["extra"]["event_type"] == event_type).count()
    }

    /// The conversations, the one with the newest message first.
    pub async fn conversations(&self) -> Vec<Value> {
        self.list("/v1/conversations").await
    }

    /// The messages of a conversation, the newest first.
    pub async fn messages(&self, conversation: &Value) -> Vec<Value> {
        self.list(&format!("/v1/conversations/{}/messages", conversation["id"].as_str().expect("an id"))).await
    }
}
