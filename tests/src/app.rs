//! The real server, on a port of its own and with a database of its own.
mod administrator;
mod answer;
mod catalogue;
mod mail;
mod member;
mod tenant;
mod wait;

pub use administrator::Administrator;
pub use answer::Answer;
pub use catalogue::{Product, grocery};
pub use mail::{ReceivedMail, mails};
pub use tenant::{Tenant, founder};
pub use wait::{eventually, within_a_second};

use crate::database::{Engine, TestDatabase};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use purser_api::{Config, app::App, http::LimitOptions};
use purser_compliance::sealer;
use purser_kernel::{Clock, SecretString};
use reqwest::Client;
use serde_json::Value;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU64, Ordering},
};

/// The password of everybody in the tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A running server and its database.
pub struct TestApp {
    /// Where the server is.
    pub url: String,
    /// Its database.
    pub database: TestDatabase,
    app: Option<App>,
    client: Client,
    clock: Clock,
}

impl TestApp {
    /// A server with its workers. `None` where there is no PostgreSQL, which was said then.
    pub async fn start(engine: Engine) -> Option<Self> {
        Self::start_with(engine, |_| {}).await
    }

    /// A server that answers and leaves the jobs to others.
    pub async fn start_without_workers(engine: Engine) -> Option<Self> {
        Self::start_with(engine, |config| config.workers = 0).await
    }

    /// A server whose configuration `change` has had a look at.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        Self::start_at(engine, Clock::system(), change).await
    }

    /// As [`start_with`](Self::start_with), by a clock that the test can move.
    pub async fn start_at(engine: Engine, clock: Clock, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let database = TestDatabase::new(engine).await?;
        let (app, url) = serve(&database, &clock, change).await;
        Some(Self { url, database, app: Some(app), client: client(), clock })
    }

    /// Ends the server as an operator would, and starts another on the same database, workers included.
    pub async fn restart(&mut self) {
        self.restart_with(|_| {}).await;
    }

    /// As [`restart`](Self::restart), with a configuration that `change` has had a look at.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut Config)) {
        if let Some(app) = self.app.take() {
            app.stop().await.expect("the server ends in order");
        }
        let (app, url) = serve(&self.database, &self.clock, change).await;
        (self.app, self.url) = (Some(app), url);
    }

    /// Another server on the same database, which shares no memory with this one.
    pub async fn another_node(&self) -> Node {
        self.another_node_with(|_| {}).await
    }

    /// As [`another_node`](Self::another_node), with a configuration that `change` has had a look at.
    pub async fn another_node_with(&self, change: impl FnOnce(&mut Config)) -> Node {
        let (app, url) = serve(&self.database, &self.clock, change).await;
        Node { url, app }
    }

    /// The server, for what only its inside can show.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("the server runs")
    }

    /// An organization with its owner signed in. Every call makes another one.
    pub async fn tenant(&self, name: &str) -> Tenant {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let email = format!("owner{}@example.com", NEXT.fetch_add(1, Ordering::Relaxed));
        Tenant::sign_up(&self.client, &self.url, name, &email).await
    }

    /// Seals what the tenant's audit trail has so far.
    pub async fn seal(&self, tenant: &Tenant) {
        let organization = tenant.organization_id.parse().expect("an id");
        let sealed = sealer::seal(&self.app().services().store, organization, "test", sealer::LATE).await;
        sealed.expect("a trail can be sealed");
    }

    /// A request without a token.
    pub async fn anonymous(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request).await
    }

    /// A request to be completed: for bodies and headers that are wrong on purpose.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        self.client.request(method, format!("{}{path}", self.url))
    }
}

/// Another server on the database of a [`TestApp`].
pub struct Node {
    /// Where it is.
    pub url: String,
    /// The server itself.
    pub app: App,
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TestApp({}, {:?})", self.url, self.database.engine)
    }
}

/// A client that talks to the server itself.
pub fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}

async fn serve(database: &TestDatabase, clock: &Clock, change: impl FnOnce(&mut Config)) -> (App, String) {
    let mut config = Config {
        database_url: Some(SecretString::from(database.application_url.clone())),
        database_owner_url: Some(SecretString::from(database.owner_url.clone())),
        database_max_connections: 4,
        data_dir: database.folder.path().to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        metrics_listen: None,
        master_key: Some(SecretString::from(STANDARD.encode([7_u8; 32]))),
        http_threads: 1,
        workers: 2,
        // The least that argon2 takes: these tests are not about its cost.
        argon2_memory_kib: 8,
        argon2_iterations: 1,
        // All of a suite comes from one address, as fast as it can, and some of it with wrong passwords.
        network_free_failures: 0,
        // Receivers of webhooks are on this machine.
        webhooks_allow_loopback: true,
        limits: LimitOptions { organization: 0, caller: 0, address: 0, sign_in: 0 },
        ..Config::default()
    };
    change(&mut config);
    let app = App::start_at(config, clock.clone()).await.expect("the server starts");
    let url = format!("http://{}", app.address);
    (app, url)
}
