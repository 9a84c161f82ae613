//! A tenant that sells groceries to one customer on WhatsApp.
use purser_agents::AnswerBook;
use purser_billing::Meter;
use purser_messaging::InboxService;
use purser_ordering::{customers::Directory, reader::OrderReader, reading::ReadConversation};
use purser_store::jobs::{Worker, WorkerOptions};
use purser_tenancy::Tenancy;
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually, grocery},
    database::Engine,
    whatsapp,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The number that the customer writes from.
pub(crate) const NUMBER: &str = "4915112345678";

pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) tenant: Tenant,
    pub(crate) callback: String,
    pub(crate) customer: Value,
    /// Milk, rice, cola, bread.
    pub(crate) products: Vec<Value>,
}

impl Shop {
    pub(crate) async fn open(engine: Engine) -> Option<Self> {
        let app = TestApp::start(engine).await?;
        Some(Self::open_in(app).await)
    }

    pub(crate) async fn open_in(app: TestApp) -> Self {
        let tenant = app.tenant("Harbour Wholesale").await;
        let products = grocery(&tenant).await;
        let customer = tenant.customer("Corner Café", &format!("+{NUMBER}")).await;
        let callback = tenant.connect_whatsapp().await;
        Self { app, tenant, callback, customer, products }
    }

    /// The customer writes.
    pub(crate) async fn write(&self, text: &str) {
        self.deliver(&whatsapp::messages(&[whatsapp::text(NUMBER, text)])).await;
    }

    pub(crate) async fn deliver(&self, body: &Value) -> Answer {
        self.tenant.deliver(&self.callback, body).await.expect(200)
    }

    /// Begins to work on jobs, with this reader in place of the usual one.
    pub(crate) fn read_with(&self, reader: Arc<dyn OrderReader>, options: WorkerOptions) -> Working {
        let services = self.app.app().services();
        let reading = ReadConversation::new(
            reader,
            Arc::new(InboxService::new(Arc::new(Directory))),
            Arc::new(AnswerBook),
            Arc::new(Tenancy),
            Arc::new(Meter),
            services.approvals.clone(),
        );
        let mut handlers = services.job_handlers();
        // Of two handlers of one kind, the last one counts.
        handlers.push(Arc::new(reading));
        let stop = CancellationToken::new();
        let worker = Worker::new(services.store.clone(), handlers, options);
        Working { stop: stop.clone(), running: tokio::spawn(worker.run(stop)) }
    }

    /// Waits until everything that was written has been read.
    pub(crate) async fn all_read(&self, messages: usize) {
        eventually("every message to be read", || async {
            let usage = self.tenant.get("/v1/usage?limit=200&resource_type=message_read").await.expect(200).json();
            (usage["data"].as_array().unwrap().len() == messages).then_some(())
        })
        .await;
    }

    pub(crate) async fn orders(&self) -> Vec<Value> {
        self.tenant.get("/v1/orders").await.expect(200).json()["data"].as_array().unwrap().clone()
    }

    pub(crate) async fn patch_lines(&self, order: &Value, lines: Value) -> Answer {
        let path = path_of(order);
        self.tenant.patch(&path, order["version"].as_i64().unwrap(), &json!({ "lines": lines })).await
    }
}

/// A worker at work.
pub(crate) struct Working {
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Working {
    /// Lets it finish what it does.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

pub(crate) fn path_of(order: &Value) -> String {
    format!("/v1/orders/{}", order["id"].as_str().unwrap())
}

/// Product name and quantity of each line.
pub(crate) fn lines(order: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let lines = order["lines"].as_array().unwrap().iter();
    lines.map(|line| (text(&line["product_name"]), text(&line["quantity"]))).collect()
}

pub(crate) fn pairs(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(name, quantity)| ((*name).to_owned(), (*quantity).to_owned())).collect()
}
