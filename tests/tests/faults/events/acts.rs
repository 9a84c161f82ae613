//! What is done in a unit of work, by the functions that handlers call.
use proptest::prelude::*;
use purser_entity_messaging::{conversation, message};
use purser_entity_ordering::order::{self, Channel};
use purser_entity_tenancy::project;
use purser_kernel::{
    Patch, PermissionSet, Problem, Quantity, Scope,
    ids::{ConversationId, CustomerId, MessageId},
};
use purser_ordering::{
    customers::NewCustomer,
    orders::{self, DraftLine, OrderDraft, OrderEdit},
    reader::Effect,
};
use purser_store::{Store, WriteTx};
use purser_tenancy::projects::{self, NewProject, ProjectChange};
use purser_tests::{
    app::{TestApp, eventually},
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
    pub(super) scope: Scope,
    /// What events must say, and what neither they nor any row may.
    pub(super) committed: Arc<Mutex<Vec<String>>>,
    pub(super) rolled_back: Arc<Mutex<Vec<String>>>,
    conversations: Arc<Vec<(CustomerId, ConversationId, MessageId)>>,
    next: Arc<AtomicU64>,
}

impl Shop {
    pub(super) async fn open(engine: Engine) -> Option<Self> {
        let impatient = |config: &mut purser_api::Config| config.database_acquire_timeout = Duration::from_millis(400);
        let app = TestApp::start_with(engine, impatient).await?;
        let owner = app.tenant("Harbour Wholesale").await;
        let room = "update organizations set max_projects = 10000";
        app.database.owner().await.execute(room).await.unwrap();
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
        let conversations = eventually("everybody to have written", || async {
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
            scope,
            committed: Arc::default(),
            rolled_back: Arc::default(),
            conversations: Arc::new(conversations),
            next: Arc::default(),
        })
    }

    pub(super) fn store(&self) -> &Store {
        &self.app.app().services().store
    }

    /// A name that nothing else has.
    pub(super) fn name(&self) -> String {
        format!("N-{:05}", self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// One thing that is done; a number picks what it is done to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    BeginProject,
    RenameProject(usize),
    RemoveProject(usize),
    CreateCustomer,
    DraftOrder(usize),
    EditOrder(usize),
    CancelOrder(usize),
}

pub(super) fn any() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::BeginProject),
        3 => (0..100_usize).prop_map(Act::RenameProject),
        1 => (0..100_usize).prop_map(Act::RemoveProject),
        2 => Just(Act::CreateCustomer),
        2 => (0..100_usize).prop_map(Act::DraftOrder),
        2 => (0..100_usize).prop_map(Act::EditOrder),
        1 => (0..100_usize).prop_map(Act::CancelOrder),
    ]
}

pub(super) async fn customer(shop: &Shop, tx: &WriteTx, name: &str, code: Option<String>) -> Result<(), Problem> {
    let new = NewCustomer { business_name: name.to_owned(), customer_code: code, ..NewCustomer::default() };
    shop.app.app().services().customers.create(tx, new).await.map(|_| ())
}

impl Act {
    /// Does it. Returns the name, if an event says it.
    pub(super) async fn run(self, shop: &Shop, tx: &WriteTx, name: &str) -> Result<Option<String>, Problem> {
        let orders = &shop.app.app().services().orders;
        match self {
            Self::BeginProject => {
                let new = NewProject { name: name.to_owned(), description: None, manager_id: None };
                projects::create(tx, new).await?;
                return Ok(Some(name.to_owned()));
            }
            Self::RenameProject(pick) => {
                if let Some(project) = picked(tx.find::<project::Entity>().all(200).await?, pick) {
                    let change = ProjectChange { name: Some(name.to_owned()), ..ProjectChange::default() };
                    projects::update(tx, project.id, project.version, change).await?;
                    return Ok(Some(name.to_owned()));
                }
            }
            Self::RemoveProject(pick) => {
                if let Some(project) = picked(tx.find::<project::Entity>().all(200).await?, pick) {
                    projects::delete(tx, project.id, project.version).await?;
                }
            }
            Self::CreateCustomer => {
                customer(shop, tx, name, None).await?;
                return Ok(Some(name.to_owned()));
            }
            Self::DraftOrder(pick) => {
                if let Some((customer_id, conversation_id, message_id)) = picked(shop.conversations.to_vec(), pick) {
                    orders::create(tx, draft(customer_id, conversation_id, message_id)).await?;
                }
            }
            Self::EditOrder(pick) => {
                if let Some(order) = picked(tx.find::<order::Entity>().all(200).await?, pick) {
                    let edit = OrderEdit { notes: Patch::Value(name.to_owned()), ..OrderEdit::default() };
                    orders.edit(tx, order.id, order.version, edit).await?;
                }
            }
            Self::CancelOrder(pick) => {
                if let Some(order) = picked(tx.find::<order::Entity>().all(200).await?, pick) {
                    orders.cancel(tx, order.id, order.version, None).await?;
                }
            }
        }
        Ok(None)
    }
}

fn picked<T>(mut all: Vec<T>, pick: usize) -> Option<T> {
    let place = pick.checked_rem(all.len())?;
    Some(all.swap_remove(place))
}

/// An order of something that nobody knows.
fn draft(customer_id: CustomerId, conversation_id: ConversationId, message_id: MessageId) -> OrderDraft {
    let line = DraftLine {
        effect: Effect::Add,
        product_id: None,
        variant_id: None,
        quantity: Quantity::ONE,
        unit: None,
        original_text: "something".to_owned(),
        confidence: 0.5,
        alternatives: Vec::new(),
    };
    OrderDraft {
        customer_id,
        conversation_id,
        message_id,
        channel: Channel::Whatsapp,
        default_currency: "EUR".parse().unwrap(),
        threshold: 0.85,
        lines: vec![line],
    }
}
