//! A shop whose customer orders over WhatsApp.
use crate::{at, id, rows};
use purser_tests::{
    app::{Tenant, TestApp, eventually, grocery},
    database::Engine,
    whatsapp,
};
use serde_json::{Value, json};

const NUMBER: &str = "447946000180";

/// A shop with milk, rice, cola and bread, and one customer who pays in euros.
pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) owner: Tenant,
    pub(crate) products: Vec<Value>,
    pub(crate) customer: Value,
    callback: String,
}

impl Shop {
    /// `None` where there is no PostgreSQL.
    pub(crate) async fn open(engine: Engine) -> Option<Self> {
        let app = TestApp::start(engine).await?;
        let owner = app.tenant("Blue Harbor Foods").await;
        let products = grocery(&owner).await;
        let contacts = json!([{ "name": "Paula", "whatsapp": NUMBER }]);
        let customer = json!({ "business_name": "Corner Store", "currency": "EUR", "contacts": contacts });
        let customer = owner.create("/v1/customers", &customer).await;
        let callback = owner.connect_whatsapp().await;
        Some(Self { app, owner, products, customer, callback })
    }

    /// The customer writes.
    pub(crate) async fn says(&self, text: &str) {
        let body = whatsapp::messages(&[whatsapp::text(NUMBER, text)]);
        self.owner.deliver(&self.callback, &body).await.expect(200);
    }

    /// The order that the customer's message makes.
    pub(crate) async fn ordered(&self, text: &str) -> Value {
        let known = rows(&self.owner, "/v1/orders").await.len();
        self.says(text).await;
        eventually(&format!("an order from {text:?}"), || async {
            let mut orders = rows(&self.owner, "/v1/orders").await;
            (orders.len() > known).then(|| orders.remove(0))
        })
        .await
    }

    /// The order as it is now.
    pub(crate) async fn order(&self, order: &Value) -> Value {
        self.owner.get(&at("/v1/orders", order)).await.expect(200).json()
    }

    /// The customer as it is now.
    pub(crate) async fn customer(&self) -> Value {
        self.owner.get(&at("/v1/customers", &self.customer)).await.expect(200).json()
    }

    /// The id of a product by its place in the catalogue: milk, rice, cola, bread.
    pub(crate) fn product(&self, position: usize) -> &str {
        id(&self.products[position])
    }
}
