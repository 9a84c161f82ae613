//! Which customer has which label.
use crate::customers::CustomerUpdated;
use purser_entity_ordering::{
    customer,
    customer_label::{self, Column as LabelColumn},
    customer_label_assignment::{self, Column},
};
use purser_kernel::ids::{CustomerId, CustomerLabelId};
use purser_store::prelude::*;
use serde_json::json;
use std::collections::HashMap;

const MAX_VALUE: usize = 200;

/// A label that a customer has.
#[derive(Clone, Debug)]
pub struct AssignedLabel {
    /// The label.
    pub label: customer_label::Model,
    /// What it says of this customer.
    pub assignment: customer_label_assignment::Model,
}

/// The labels of a customer, in the order in which it got them.
pub async fn of_customer(
    tx: &ReadTx,
    customer_id: CustomerId,
    page: &PageRequest,
) -> Result<Page<AssignedLabel>, Problem> {
    tx.scope().require(Permission::CustomersRead)?;
    tx.get::<customer::Entity>(customer_id).await?;
    let own = Column::CustomerId.eq(customer_id);
    let page = tx.find::<customer_label_assignment::Entity>().filter(own).order_by(Column::Id, Asc).page(page).await?;
    let ids = page.data.iter().map(|assignment| assignment.label_id);
    let limit = u64::try_from(page.data.len()).unwrap_or(u64::MAX);
    let labels = tx.find::<customer_label::Entity>().filter(LabelColumn::Id.is_in(ids)).all(limit).await?;
    let mut labels: HashMap<_, _> = labels.into_iter().map(|label| (label.id, label)).collect();
    let assigned = |assignment: customer_label_assignment::Model| {
        let label = labels.remove(&assignment.label_id)?;
        Some(AssignedLabel { label, assignment })
    };
    Ok(Page { data: page.data.into_iter().filter_map(assigned).collect(), next: page.next })
}

/// Gives a customer a label, or changes what the label says of it.
pub async fn assign(
    tx: &WriteTx,
    customer_id: CustomerId,
    label_id: CustomerLabelId,
    value: Option<String>,
) -> Result<AssignedLabel, Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let customer = tx.get::<customer::Entity>(customer_id).await?;
    // Nobody deletes the label meanwhile.
    let label = tx.get_for_update::<customer_label::Entity>(label_id).await?;
    let value = text::optional_line("/value", value.as_deref(), MAX_VALUE)?;
    let row = customer_label_assignment::ActiveModel {
        customer_id: Set(customer_id),
        label_id: Set(label_id),
        value: Set(value),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    };
    let key = [Column::CustomerId, Column::LabelId];
    let assignment = tx.upsert(row, key, [Column::Value, Column::UpdatedAt]).await?;
    let view = json!({ "label_id": label_id, "value": assignment.value });
    tx.audit(AuditEntry::new("customer.label", "customer", customer_id).after(&view)).await?;
    tx.emit(&CustomerUpdated::of(&customer)).await?;
    Ok(AssignedLabel { label, assignment })
}

/// Takes a label from a customer. `not_found` when it does not have it.
pub async fn unassign(tx: &WriteTx, customer_id: CustomerId, label_id: CustomerLabelId) -> Result<(), Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let customer = tx.get::<customer::Entity>(customer_id).await?;
    let assignment = Column::CustomerId.eq(customer_id).and(Column::LabelId.eq(label_id));
    if tx.remove::<customer_label_assignment::Entity>(assignment).await? == 0 {
        return Err(Problem::not_found("customer label"));
    }
    let view = json!({ "label_id": label_id });
    tx.audit(AuditEntry::new("customer.unlabel", "customer", customer_id).before(&view)).await?;
    tx.emit(&CustomerUpdated::of(&customer)).await
}
