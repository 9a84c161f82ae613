//! A database with organizations in it, opened as the server opens it.
use chrono::DateTime;
use purser_entity_ordering::{customer, order, order_line, product_category};
use purser_entity_tenancy::organization;
use purser_kernel::{Clock, Currency, Id, OrganizationId, Problem, Quantity, Scope, ids::CustomerId};
use purser_store::{DatabaseOptions, MasterKey, Store, Vault, WriteTx, prelude::Set};
use purser_tests::database::{Engine, TestDatabase};

/// A database, and a clock that stands still until it is moved.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
}

impl World {
    /// `None` where there is no such database.
    pub(crate) async fn new(engine: Engine) -> Option<Self> {
        let database = TestDatabase::new(engine).await?;
        let clock = Clock::fixed(DateTime::parse_from_rfc3339("2026-11-20T10:00:00Z").unwrap().to_utc());
        let store = open(&database, &clock, 10).await;
        Some(Self { database, clock, store })
    }

    /// The same database as another process sees it.
    pub(crate) async fn open(&self) -> Store {
        open(&self.database, &self.clock, 10).await
    }

    /// The same database as a process sees it whose clock is another.
    pub(crate) async fn open_at(&self, clock: &Clock) -> Store {
        open(&self.database, clock, 10).await
    }

    /// The same database over `connections` connections.
    pub(crate) async fn open_with(&self, connections: u32) -> Store {
        open(&self.database, &self.clock, connections).await
    }

    /// A new organization, as a scope.
    pub(crate) async fn tenant(&self) -> Scope {
        let id = OrganizationId::generate();
        let scope = Scope::system(id, "test");
        let tx = self.store.write(&scope).await.unwrap();
        let row = organization::ActiveModel {
            id: Set(id),
            name: Set("Acme".to_owned()),
            slug: Set(id.to_string()),
            status: Set(organization::Status::Active),
            subscription_tier: Set(organization::SubscriptionTier::Free),
            ..Default::default()
        };
        tx.system().insert(row).await.unwrap();
        tx.create_encryption_key().await.unwrap();
        tx.commit().await.unwrap();
        scope
    }
}

async fn open(database: &TestDatabase, clock: &Clock, connections: u32) -> Store {
    let mut options = DatabaseOptions::new(&database.application_url);
    options.max_connections = connections;
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    Store::connect(&options, clock.clone(), vault).await.unwrap()
}

/// A category that is to be inserted.
pub(crate) fn category(name: &str) -> product_category::ActiveModel {
    product_category::ActiveModel { name: Set(name.to_owned()), ..Default::default() }
}

/// Inserts a category.
pub(crate) async fn add_category(tx: &WriteTx, name: &str) -> Result<product_category::Model, Problem> {
    tx.insert(category(name)).await
}

/// Inserts a customer.
pub(crate) async fn add_customer(tx: &WriteTx) -> CustomerId {
    let id: CustomerId = Id::generate();
    let row = customer::ActiveModel {
        id: Set(id),
        business_name: Set("Corner shop".to_owned()),
        name_search: Set("corner shop".to_owned()),
        customer_code: Set(id.to_string()),
        status: Set(customer::Status::NoOrdersYet),
        currency: Set(euro()),
        ..Default::default()
    };
    tx.insert(row).await.unwrap().id
}

/// Inserts an order with a line for each product.
pub(crate) async fn add_order(tx: &WriteTx, customer: CustomerId, number: &str, products: &[&str]) -> order::Model {
    let row = order::ActiveModel {
        number: Set(number.to_owned()),
        customer_id: Set(customer),
        channel: Set(order::Channel::Manual),
        status: Set(order::Status::Draft),
        currency: Set(euro()),
        ..Default::default()
    };
    let order = tx.insert(row).await.unwrap();
    let lines = (1..).zip(products).map(|(number, product)| order_line::ActiveModel {
        order_id: Set(order.id),
        line_number: Set(number),
        product_name: Set((*product).to_owned()),
        quantity_e4: Set(Quantity::ONE),
        unit: Set("piece".to_owned()),
        line_total_minor: Set(100 * i64::from(number)),
        ..Default::default()
    });
    tx.insert_many(lines).await.unwrap();
    order
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}
