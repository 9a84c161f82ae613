//! What was deleted is listed, brought back, and purged when its time is over.
mod at_once;
mod in_the_way;
mod listing;
mod purging;
mod restoring;
mod retention;
mod rights;

use crate::trail::Trail;
use purser_compliance::deletions::purge_due;
use purser_kernel::{Problem, Scope};
use purser_tests::{
    app::{Answer, Tenant, grocery},
    whatsapp,
};
use serde_json::{Value, json};

/// Everything that people delete and can bring back.
const RESOURCES: [&str; 8] = [
    "customer",
    "engagement",
    "integration",
    "product",
    "product_category",
    "product_variant",
    "project",
    "webhook_endpoint",
];

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// Makes one of `resource`, and says where it is.
async fn make(tenant: &Tenant, resource: &str) -> String {
    let made = async |path: &str, body: Value| format!("{path}/{}", id(&tenant.create(path, &body).await));
    match resource {
        "customer" => format!("/v1/customers/{}", id(&tenant.customer("Quay Deli", "4915112345699").await)),
        "engagement" => made("/v1/engagements", json!({ "name": "Move", "client_name": "Northwind" })).await,
        "integration" => made("/v1/integrations", whatsapp::integration()).await,
        "product" => made("/v1/products", product("TEA-1")).await,
        "product_category" => made("/v1/product-categories", json!({ "name": "Tea" })).await,
        "product_variant" => {
            let product = made("/v1/products", product("TEA-2")).await;
            made(&format!("{product}/variants"), variant("TEA-2-L")).await
        }
        "project" => made("/v1/projects", json!({ "name": "Warehouse" })).await,
        "webhook_endpoint" => made("/v1/webhook-endpoints", endpoint()).await,
        other => panic!("nothing here makes a {other}"),
    }
}

fn product(sku: &str) -> Value {
    json!({ "sku": sku, "name": "Tea", "unit": "box", "base_price": "4.20", "currency": "EUR" })
}

fn variant(sku: &str) -> Value {
    json!({ "sku": sku, "variant_type": "size", "value": "large", "price_delta": "0.10" })
}

fn endpoint() -> Value {
    json!({ "url": "http://127.0.0.1:1/", "event_types": ["webhook.test"], "max_attempts": 1 })
}

/// Deletes what is at `path`, whatever its version, and returns the deletion.
async fn delete(tenant: &Tenant, path: &str) -> Value {
    Answer::of(tenant.request("DELETE", path).header("If-Match", "*")).await.expect(204);
    deletion_of(tenant, path.rsplit('/').next().unwrap()).await
}

/// The latest deletion of a row.
async fn deletion_of(tenant: &Tenant, row: &str) -> Value {
    let page = tenant.get(&format!("/v1/deletions?resource_id={row}")).await.expect(200).json();
    page["data"][0].clone()
}

async fn show(tenant: &Tenant, deletion: &Value) -> Value {
    tenant.get(&format!("/v1/deletions/{}", id(deletion))).await.expect(200).json()
}

async fn restore(tenant: &Tenant, deletion: &Value) -> Answer {
    tenant.verb(&format!("/v1/deletions/{}/restore", id(deletion))).await
}

async fn purge(tenant: &Tenant, deletion: &Value) -> Answer {
    tenant.post(&format!("/v1/deletions/{}/purge", id(deletion)), &json!({ "reason": "asked for it" })).await
}

/// An order by message of a customer, with a line of bread. Returns the customer.
async fn buyer(trail: &Trail) -> Value {
    let customer = trail.tenant.customer("Buyer", "4915112345655").await;
    let callback = trail.tenant.connect_whatsapp().await;
    let message = whatsapp::messages(&[whatsapp::text("4915112345655", "4 white bread")]);
    trail.tenant.deliver(&callback, &message).await.expect(200);
    let node = trail.app.another_node().await;
    trail.tenant.order_with_status("pending").await;
    node.app.stop().await.unwrap();
    customer
}

impl Trail {
    /// An organization with nothing in it but its owner and a catalogue, where jobs are done by the test alone.
    async fn with_products(engine: purser_tests::database::Engine) -> Option<(Self, Vec<Value>)> {
        let trail = Self::new(engine).await?;
        let tenant = trail.app.tenant("Deletions").await;
        let products = grocery(&tenant).await;
        Some((Self { tenant, ..trail }, products))
    }

    fn system(&self) -> Scope {
        Scope::system(self.organization(), "test")
    }

    /// What the run of each night does for the organization. Returns how many deletions came to their end.
    async fn purge_due(&self) -> Result<u64, Problem> {
        purge_due(&self.app.app().services().deletions, self.store(), &self.system()).await
    }

    /// How many rows a table has with this in it.
    async fn rows(&self, table: &str, condition: &str) -> i64 {
        let sql = format!("select cast(count(*) as text) from {table} where {condition}");
        self.find(&sql).await.parse().unwrap()
    }

    /// How many rows with the id of what is at `path` its table has, deleted ones among them.
    async fn rows_at(&self, table: &str, path: &str) -> i64 {
        let row = self.id(path.rsplit('/').next().unwrap());
        self.rows(table, &format!("id = {row}")).await
    }

    /// Entries of the trail with this action.
    async fn entries(&self, action: &str) -> Vec<Value> {
        let page = self.tenant.get(&format!("/v1/audit-logs?action={action}&limit=200")).await.expect(200).json();
        page["data"].as_array().unwrap().clone()
    }
}
