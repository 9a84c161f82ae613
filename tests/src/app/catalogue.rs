//! A small catalogue.
use super::Tenant;
use serde_json::{Value, json};

/// A product of the small catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Its SKU.
    pub sku: &'static str,
    name: &'static str,
    unit: &'static str,
    base_price: &'static str,
    aliases: &'static [&'static str],
}

const GROCERY: [Product; 4] = [
    Product {
        sku: "MILK-1L",
        name: "Whole Milk",
        unit: "case",
        base_price: "12.40",
        aliases: &["milk", "full fat milk"],
    },
    Product { sku: "RICE-BAS", name: "Basmati Rice", unit: "kg", base_price: "2.15", aliases: &["basmati"] },
    Product { sku: "COKE-0", name: "Coca-Cola Zero", unit: "case", base_price: "9.99", aliases: &["coke zero"] },
    Product { sku: "BREAD-W", name: "White Bread", unit: "piece", base_price: "1.05", aliases: &["bread"] },
];

/// Creates milk by the case, rice by the kilogram, cola by the case and bread by the piece, priced in euros. Returns them in
/// this order.
pub async fn grocery(tenant: &Tenant) -> Vec<Value> {
    let mut products = Vec::new();
    for Product { sku, name, unit, base_price, aliases } in GROCERY {
        let body = json!({
            "sku": sku, "name": name, "unit": unit, "base_price": base_price, "currency": "EUR", "aliases": aliases,
        });
        products.push(tenant.create("/v1/products", &body).await);
    }
    products
}
