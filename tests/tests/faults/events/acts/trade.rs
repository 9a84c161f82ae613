//! Who buys, and what is sold.
use super::{MANY, picked};
use crate::events::{
    ledger::{Left, NOTHING, PUBLISHED, WRITTEN},
    shop::Shop,
};
use purser_entity_ordering::{customer, product};
use purser_kernel::Problem;
use purser_messaging::conversations;
use purser_ordering::{
    customers::{self, CustomerChange, NewCustomer},
    products::{self, NewProduct, ProductChange},
};
use purser_store::WriteTx;
use serde_json::Map;
use strum::VariantArray;

#[derive(Clone, Copy, Debug, VariantArray)]
pub(in crate::events) enum TradeAct {
    CreateCustomer,
    RenameCustomer,
    RemoveCustomer,
    CreateProduct,
    RenameProduct,
    RemoveProduct,
    /// Somebody says who the contact of a conversation is.
    Link,
}

impl TradeAct {
    pub(super) async fn run(self, shop: &Shop, tx: &WriteTx, name: &str, pick: usize) -> Result<Left, Problem> {
        match self {
            Self::CreateCustomer => {
                customer(shop, tx, name, None).await?;
                Ok(PUBLISHED)
            }
            Self::RenameCustomer => {
                let Some(customer) = silent(shop, tx, pick).await? else { return Ok(NOTHING) };
                let change = CustomerChange { business_name: Some(name.to_owned()), ..CustomerChange::default() };
                customers::update(tx, customer.id, customer.version, change).await?;
                Ok(PUBLISHED)
            }
            Self::RemoveCustomer => {
                let Some(customer) = silent(shop, tx, pick).await? else { return Ok(NOTHING) };
                customers::delete(tx, customer.id, customer.version).await?;
                Ok(NOTHING)
            }
            Self::CreateProduct => {
                products::create(tx, new_product(name)?).await?;
                Ok(WRITTEN)
            }
            Self::RenameProduct => {
                let Some(product) = unordered(shop, tx, pick).await? else { return Ok(NOTHING) };
                let change = ProductChange { name: Some(name.to_owned()), ..ProductChange::default() };
                products::update(tx, product.id, product.version, change).await?;
                Ok(WRITTEN)
            }
            Self::RemoveProduct => {
                let Some(product) = unordered(shop, tx, pick).await? else { return Ok(NOTHING) };
                products::delete(tx, product.id, product.version).await?;
                Ok(NOTHING)
            }
            Self::Link => {
                let customer = picked(tx.find::<customer::Entity>().all(MANY).await?, pick);
                let written = picked(shop.written.to_vec(), pick);
                if let (Some(customer), Some((_, conversation_id, _))) = (customer, written) {
                    let directory = &*shop.app.app().services().directory;
                    conversations::link(tx, directory, conversation_id, customer.id).await?;
                }
                Ok(NOTHING)
            }
        }
    }
}

pub(in crate::events) async fn customer(
    shop: &Shop,
    tx: &WriteTx,
    name: &str,
    code: Option<String>,
) -> Result<(), Problem> {
    let new = NewCustomer { business_name: name.to_owned(), customer_code: code, ..NewCustomer::default() };
    shop.app.app().services().customers.create(tx, new).await.map(|_| ())
}

/// A customer who has not written.
async fn silent(shop: &Shop, tx: &WriteTx, pick: usize) -> Result<Option<customer::Model>, Problem> {
    let mut customers = tx.find::<customer::Entity>().all(MANY).await?;
    customers.retain(|customer| shop.written.iter().all(|(writes, ..)| *writes != customer.id));
    Ok(picked(customers, pick))
}

/// A product that nobody orders.
async fn unordered(shop: &Shop, tx: &WriteTx, pick: usize) -> Result<Option<product::Model>, Problem> {
    let mut products = tx.find::<product::Entity>().all(MANY).await?;
    products.retain(|product| !shop.products.contains(&product.id));
    Ok(picked(products, pick))
}

fn new_product(name: &str) -> Result<NewProduct, Problem> {
    Ok(NewProduct {
        sku: name.to_uppercase(),
        name: name.to_owned(),
        description: None,
        category_id: None,
        unit: "piece".to_owned(),
        base_price: products::price("1.05", "EUR")?,
        aliases: Vec::new(),
        keywords: Vec::new(),
        ai_training_examples: Vec::new(),
        specs: Map::new(),
        is_active: None,
    })
}
