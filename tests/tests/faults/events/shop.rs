//! An organization in which a lot is done at once, and what is known of it.
use super::ledger::Unit;
use purser_entity_messaging::{conversation, message};
use purser_kernel::{
    PermissionSet, Scope,
    ids::{ConversationId, CustomerId, MessageId, ProductId},
};
use purser_store::Store;
use purser_tests::{
    app::{Tenant, TestApp, eventually, grocery},
    database::Engine,
    whatsapp,
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Customers who have written, and whose orders can be read.
const CUSTOMERS: usize = 4;

/// An organization in which a lot is done at once.
#[derive(Clone)]
pub(super) struct Shop {
    pub(super) app: Arc<TestApp>,
    pub(super) owner: Tenant,
    pub(super) scope: Scope,
    /// What was done, and how it ended.
    pub(super) units: Arc<Mutex<Vec<Unit>>>,
    /// Who has written, where and what. They stay as they are, and so do the products.
    pub(super) written: Arc<Vec<(CustomerId, ConversationId, MessageId)>>,
    pub(super) products: Arc<Vec<ProductId>>,
    next: Arc<AtomicU64>,
}

impl Shop {
    pub(super) async fn open(engine: Engine) -> Option<Self> {
        let impatient = |config: &mut purser_api::Config| {
            config.database_acquire_timeout = Duration::from_millis(400);
            // One for each of those who work at the same time, the workers among them.
            config.database_max_connections = 8;
        };
        let app = TestApp::start_with(engine, impatient).await?;
        let owner = app.tenant("Harbour Wholesale").await;
        let room = "update organizations set max_projects = 10000";
        app.database.owner().await.execute(room).await.unwrap();
        let products = grocery(&owner).await;
        let products = products.iter().map(|product| product["id"].as_str().unwrap().parse().unwrap()).collect();
        let callback = owner.connect_whatsapp().await;
        for number in 0..CUSTOMERS {
            let whatsapp = format!("491511234567{number}");
            owner.customer(&format!("Corner Café {number}"), &whatsapp).await;
            let message = whatsapp::messages(&[whatsapp::text(&whatsapp, "Good morning")]);
            owner.deliver(&callback, &message).await.expect(200);
        }
        let (organization, user) = (owner.organization_id.parse().unwrap(), owner.user_id.parse().unwrap());
        let scope = Scope::user(organization, user, PermissionSet::all());
        let store = app.app().services().store.clone();
        let written = eventually("everybody to have written", || async {
            let tx = store.read(&scope).await.ok()?;
            let messages = tx.find::<message::Entity>().all(100).await.ok()?;
            let conversations = tx.find::<conversation::Entity>().all(100).await.ok()?;
            let written = messages.iter().filter_map(|message| {
                let conversation = conversations.iter().find(|it| it.id == message.conversation_id)?;
                Some((conversation.customer_id?, conversation.id, message.id))
            });
            Some(written.collect::<Vec<_>>()).filter(|written| written.len() == CUSTOMERS)
        })
        .await;
        Some(Self {
            app: Arc::new(app),
            owner,
            scope,
            units: Arc::default(),
            written: Arc::new(written),
            products: Arc::new(products),
            next: Arc::default(),
        })
    }

    pub(super) fn store(&self) -> &Store {
        &self.app.app().services().store
    }

    /// A name that nothing else has, and that is found again wherever it stands: an `n` with five digits behind it.
    pub(super) fn name(&self) -> String {
        format!("n{:05}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Notes what was done, and how it ended.
    pub(super) fn note(&self, unit: Unit) {
        self.units.lock().unwrap().push(unit);
    }
}
