//! What the story needs before it begins: a catalogue, a customer, a connection.
use super::client::{Client, send, text};
use crate::{Failure, report};
use purser_kernel::random;
use reqwest::Method;
use serde_json::json;

/// Where the customer writes, and how Meta signs.
pub(super) struct Shop {
    pub(super) callback: String,
    pub(super) app_secret: String,
    /// The product that a person knows under the name that the customer uses.
    pub(super) pitaya: String,
}

pub(super) const PHONE_NUMBER_ID: &str = "106540352242922";
pub(super) const CUSTOMER_NUMBER: &str = "4915112345678";

const PRODUCTS: [(&str, &str, &str, &str, &[&str]); 5] = [
    ("MILK-1L", "Whole Milk", "case", "12.40", &["milk", "full fat milk"]),
    ("RICE-BAS", "Basmati Rice", "kg", "2.15", &["basmati"]),
    ("COKE-0", "Coca-Cola Zero", "case", "9.99", &["coke zero", "cola zero"]),
    ("BREAD-W", "White Bread", "piece", "1.05", &["bread", "toast"]),
    ("PITAYA", "Pitaya", "tray", "18.00", &[]),
];

pub(super) async fn open(client: &Client) -> Result<Shop, Failure> {
    let mut pitaya = String::new();
    for (sku, name, unit, base_price, aliases) in PRODUCTS {
        let body = json!({
            "sku": sku, "name": name, "unit": unit, "base_price": base_price, "currency": "EUR", "aliases": aliases,
        });
        let product = client.create("/v1/products", &body).await?;
        text(&product, "/id")?.clone_into(&mut pitaya);
        if sku == "RICE-BAS" {
            price_rice(client, &pitaya).await?;
        }
    }
    let contacts = json!([{ "name": "Paula Purchaser", "whatsapp": CUSTOMER_NUMBER }]);
    client.create("/v1/customers", &json!({ "business_name": "Corner Café", "contacts": contacts })).await?;
    let (app_secret, verify_token) = (random::token()?, random::token()?);
    let body = json!({
        "kind": "messaging",
        "provider": "whatsapp",
        "name": "WhatsApp",
        "config": { "phone_number_id": PHONE_NUMBER_ID },
        "credentials": { "app_secret": app_secret, "verify_token": verify_token, "access_token": random::token()? },
    });
    let integration = client.create("/v1/integrations", &body).await?;
    let callback = text(&integration, "/callback_path")?.to_owned();
    report::say(&format!("2. Shop       {} products, a customer, WhatsApp at {callback}", PRODUCTS.len()));
    Ok(Shop { callback, app_secret, pitaya })
}

/// 0–10 kg at 2.15, 11–50 at 1.95, more at 1.80.
async fn price_rice(client: &Client, product: &str) -> Result<(), Failure> {
    let tier = |min: &str, max: Option<&str>, price: &str| {
        json!({
            "model": "graduated", "min_quantity": min, "max_quantity": max, "unit_price": price, "currency": "EUR",
        })
    };
    let tiers =
        json!({ "tiers": [tier("0", Some("10"), "2.15"), tier("11", Some("50"), "1.95"), tier("51", None, "1.80")] });
    let path = format!("/v1/products/{product}/price-tiers");
    send(client.request(Method::PUT, &path).json(&tiers), &path, 200).await.map(|_| ())
}
