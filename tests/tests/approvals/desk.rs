//! An organization whose orders need approval, and the people who give it.
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually, grocery},
    database::Engine,
    whatsapp,
};
use serde_json::{Value, json};

/// The customer's telephone.
pub(crate) const PHONE: &str = "447946000180";
/// Another one of the same customer.
pub(crate) const OTHER_PHONE: &str = "447946000181";

/// What somebody who approves orders holds.
pub(crate) fn approver() -> PermissionSet {
    Permission::ApprovalsRead | Permission::OrdersConfirm | Permission::OrdersRead | Permission::OrdersManage
}

pub(crate) struct Desk {
    pub(crate) app: TestApp,
    pub(crate) owner: Tenant,
    callback: String,
}

impl Desk {
    /// `None` where there is no PostgreSQL.
    pub(crate) async fn open(engine: Engine) -> Option<Self> {
        let app = TestApp::start(engine).await?;
        let owner = app.tenant("Blue Harbor Foods").await;
        grocery(&owner).await;
        let contact = |name: &str, phone: &str| json!({ "name": name, "whatsapp": phone });
        let contacts = json!([contact("Paula", PHONE), contact("Peter", OTHER_PHONE)]);
        let customer = json!({ "business_name": "Corner Store", "currency": "EUR", "contacts": contacts });
        owner.create("/v1/customers", &customer).await;
        let callback = owner.connect_whatsapp().await;
        Some(Self { app, owner, callback })
    }

    /// As [`Desk::open`], where an order over 20 euros needs somebody else.
    pub(crate) async fn with_a_limit(engine: Engine) -> Option<Self> {
        let desk = Self::open(engine).await?;
        desk.limit("20.00", json!({})).await;
        Some(desk)
    }

    /// A policy about orders over this many euros, with what else is said of it.
    pub(crate) async fn limit(&self, over: &str, also: Value) -> Value {
        let mut policy = json!({
            "name": "Large orders", "subject": "order", "condition": { "amount_over": over, "currency": "EUR" },
            "steps": [{ "permission": "orders.confirm" }],
        });
        merge(&mut policy, also);
        self.owner.create("/v1/approval-policies", &policy).await
    }

    /// Another member who may do this.
    pub(crate) async fn member(&self, allowed: PermissionSet) -> Tenant {
        self.app.member(&self.owner, allowed).await
    }

    /// The order that a catalogue message from `phone` makes: cases of milk at 12.40 euros, unless another SKU is named.
    pub(crate) async fn ordered_by(&self, phone: &str, sku: &str, quantity: u32) -> Value {
        let before = self.numbers().await;
        self.says(phone, sku, quantity).await;
        eventually("the order to be there", || async {
            let orders = self.rows("/v1/orders").await;
            orders.into_iter().find(|order| !before.contains(&order["number"]))
        })
        .await
    }

    /// The customer orders from the catalogue.
    pub(crate) async fn says(&self, phone: &str, sku: &str, quantity: u32) {
        let items = json!([{ "product_retailer_id": sku, "quantity": quantity, "item_price": 1, "currency": "EUR" }]);
        let content = json!({ "type": "order", "order": { "catalog_id": "c1", "product_items": items } });
        let body = whatsapp::messages(&[whatsapp::message(phone, content)]);
        self.owner.deliver(&self.callback, &body).await.expect(200);
    }

    /// Two cases of milk: 24.80 euros.
    pub(crate) async fn ordered(&self) -> Value {
        self.ordered_by(PHONE, "MILK-1L", 2).await
    }

    async fn numbers(&self) -> Vec<Value> {
        self.rows("/v1/orders").await.into_iter().map(|order| order["number"].clone()).collect()
    }

    pub(crate) async fn rows(&self, path: &str) -> Vec<Value> {
        rows(&self.owner, path).await
    }

    /// The order as it is now.
    pub(crate) async fn order(&self, order: &Value) -> Value {
        self.owner.get(&path(order)).await.expect(200).json()
    }

    /// The owner wants to confirm the order, and is told to wait. What was asked.
    pub(crate) async fn asks(&self, order: &Value) -> Value {
        let waiting = confirm(&self.owner, order).await.expect(202);
        let id = waiting.json()["approval_id"].as_str().unwrap().to_owned();
        assert_eq!(waiting.header("location"), format!("/v1/approvals/{id}"));
        self.approval(&id).await
    }

    /// The request as it is now.
    pub(crate) async fn approval(&self, id: &str) -> Value {
        self.owner.get(&format!("/v1/approvals/{id}")).await.expect(200).json()
    }

    /// Runs SQL as nobody's code does it.
    pub(crate) async fn sql(&self, sql: &str) {
        self.app.database.owner().await.execute(sql).await.unwrap();
    }
}

fn merge(into: &mut Value, also: Value) {
    match (into, also) {
        (Value::Object(members), Value::Object(also)) => {
            for (name, value) in also {
                merge(members.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, also) => *into = also,
    }
}

/// The rows of a list's first page.
pub(crate) async fn rows(who: &Tenant, path: &str) -> Vec<Value> {
    who.get(path).await.expect(200).json()["data"].as_array().unwrap().clone()
}

/// The path of an order.
pub(crate) fn path(order: &Value) -> String {
    format!("/v1/orders/{}", order["id"].as_str().unwrap())
}

pub(crate) fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}

pub(crate) async fn confirm(who: &Tenant, order: &Value) -> Answer {
    who.verb(&format!("{}/confirm", path(order))).await
}

/// Approves what was shown.
pub(crate) async fn approve(who: &Tenant, shown: &Value) -> Answer {
    let body = json!({ "payload_hash": shown["payload_hash"] });
    who.post(&format!("/v1/approvals/{}/approve", id(shown)), &body).await
}

pub(crate) async fn reject(who: &Tenant, shown: &Value) -> Answer {
    who.post(&format!("/v1/approvals/{}/reject", id(shown)), &json!({ "reason": "Too much" })).await
}

/// Requests that wait for this person.
pub(crate) async fn assigned(who: &Tenant) -> Vec<String> {
    rows(who, "/v1/approvals?assigned=me").await.iter().map(|row| id(row).to_owned()).collect()
}
