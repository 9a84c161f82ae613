//! What people write into customers where no person is asked for.
use async_trait::async_trait;
use purser_entity_ordering::{
    customer::{Column, Entity, Model},
    customer_label_assignment as assignment,
};
use purser_kernel::ids::CustomerId;
use purser_store::{
    ports::{FreeText, FreeTexts},
    prelude::*,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Labels of one customer that are looked at.
const LABELS: u64 = 50;

/// The texts of customers: their name, tax id and terms, and what their labels say. Its address, telephone number and contacts are
/// what they say they are.
pub struct CustomerTexts;

#[async_trait]
impl FreeTexts for CustomerTexts {
    fn resource(&self) -> &'static str {
        "customer"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["customer.created", "customer.updated"]
    }

    async fn texts(&self, tx: &WriteTx, ids: &[Uuid]) -> Result<Vec<FreeText>, Problem> {
        let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let ids = || ids.iter().copied().map(CustomerId::from_uuid);
        let customers =
            tx.find_for_update::<Entity>().filter(Column::Id.is_in(ids())).order_by(Column::Id, Asc).all(limit).await?;
        let said = assignment::Column::CustomerId.is_in(ids()).and(assignment::Column::Value.is_not_null());
        let said = tx.find::<assignment::Entity>().filter(said).order_by(assignment::Column::Id, Asc);
        let mut labels: HashMap<CustomerId, Vec<String>> = HashMap::new();
        for row in said.all(limit.saturating_mul(LABELS)).await? {
            labels.entry(row.customer_id).or_default().extend(row.value);
        }
        Ok(customers.into_iter().map(|customer| text(labels.remove(&customer.id), customer)).collect())
    }

    async fn page(&self, tx: &ReadTx, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, Problem> {
        let behind = after.map(|id| Column::Id.gt(CustomerId::from_uuid(id)));
        let customers = tx.find::<Entity>().filter_if(behind).order_by(Column::Id, Asc).all(limit).await?;
        Ok(customers.into_iter().map(|customer| customer.id.as_uuid()).collect())
    }
}

fn text(labels: Option<Vec<String>>, customer: Model) -> FreeText {
    let Model { id, business_name, tax_id, payment_terms, .. } = customer;
    let fields = [
        ("business_name", Some(business_name)),
        ("tax_id", tax_id),
        ("payment_terms", payment_terms),
        // One text in the order in which the customer got them.
        ("labels", labels.map(|labels| labels.join("\n"))),
    ];
    FreeText { id: id.as_uuid(), fields: fields.into_iter().filter_map(|(name, text)| Some((name, text?))).collect() }
}
