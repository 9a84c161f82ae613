//! Which numbers are those of products and orders.
use async_trait::async_trait;
use purser_entity_ordering::{order, product, product_variant};
use purser_store::{ports::KnownNumbers, prelude::*};
use std::collections::{HashMap, HashSet};

/// SKUs of products and variants, and the numbers of orders.
pub struct Numbers;

#[async_trait]
impl KnownNumbers for Numbers {
    async fn known(&self, tx: &ReadTx, words: &[String]) -> Result<HashSet<String>, Problem> {
        if words.is_empty() {
            return Ok(HashSet::new());
        }
        // As they are kept: SKUs folded, the numbers of orders in capitals.
        let mut by_form: HashMap<String, Vec<&String>> = HashMap::new();
        for word in words {
            by_form.entry(text::normalized(word)).or_default().push(word);
        }
        let forms = || by_form.keys().cloned();
        let limit = u64::try_from(by_form.len()).unwrap_or(u64::MAX);
        let products =
            tx.find::<product::Entity>().filter(product::Column::SkuNormalized.is_in(forms())).all(limit).await?;
        let variants = product_variant::Column::SkuNormalized.is_in(forms());
        let variants = tx.find::<product_variant::Entity>().filter(variants).all(limit).await?;
        let numbers = order::Column::Number.is_in(forms().map(|form| form.to_uppercase()));
        let orders = tx.find::<order::Entity>().filter(numbers).all(limit).await?;
        let known = products.into_iter().map(|product| product.sku_normalized);
        let known = known.chain(variants.into_iter().filter_map(|variant| variant.sku_normalized));
        let known = known.chain(orders.into_iter().map(|order| text::normalized(&order.number)));
        Ok(known.filter_map(|form| by_form.remove(&form)).flatten().cloned().collect())
    }
}
