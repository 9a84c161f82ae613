//! Customer labels: the words an organization sorts its customers by.
mod assignments;
mod predefined;

use crate::OrderingProblem;
use purser_entity_ordering::customer_label::{self, Column};
use purser_kernel::{Expected, ids::CustomerLabelId, text::Findings};
use purser_store::prelude::*;
use serde_json::{Value, json};

pub use assignments::{AssignedLabel, assign, of_customer, unassign};
pub use predefined::PredefinedLabels;

const MAX_NAME: usize = 60;

/// A label that is to be created.
#[derive(Clone, Debug)]
pub struct NewLabel {
    /// Unique in the organization, in any spelling of upper and lower case.
    pub name: String,
    /// `#` and six hexadecimal digits.
    pub color: String,
}

/// What changes in a label. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct LabelChange {
    /// As in [`NewLabel`].
    pub name: Option<String>,
    /// As in [`NewLabel`].
    pub color: Option<String>,
}

/// Labels in the order of their names.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<customer_label::Model>, Problem> {
    tx.scope().require(Permission::CustomersRead)?;
    tx.find::<customer_label::Entity>().order_by(Column::NameNormalized, Asc).page(page).await
}

/// One label.
pub async fn get(tx: &ReadTx, id: CustomerLabelId) -> Result<customer_label::Model, Problem> {
    tx.scope().require(Permission::CustomersRead)?;
    tx.get::<customer_label::Entity>(id).await
}

/// Creates a label. `customer_label_taken` when there is one of this name.
pub async fn create(tx: &WriteTx, new: NewLabel) -> Result<customer_label::Model, Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let change = checked(LabelChange { name: Some(new.name), color: Some(new.color) })?;
    let mut row = customer_label::ActiveModel {
        is_predefined: Set(false),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    };
    apply(change, &mut row);
    let label = tx.insert(row).await.on_unique(NAME, taken)?;
    tx.audit(AuditEntry::new("customer_label.create", "customer_label", label.id).after(&view(&label))).await?;
    Ok(label)
}

/// Changes a label that has the version `expected`.
pub async fn update(
    tx: &WriteTx,
    id: CustomerLabelId,
    expected: impl Into<Expected>,
    change: LabelChange,
) -> Result<customer_label::Model, Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let before = tx.get::<customer_label::Entity>(id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(change)?;
    let was = view(&before);
    let label = tx.update(before, |row| apply(change, row)).await.on_unique(NAME, taken)?;
    tx.audit(AuditEntry::new("customer_label.update", "customer_label", id).before(&was).after(&view(&label))).await?;
    Ok(label)
}

/// Deletes a label that has the version `expected`, and takes it from its customers. `predefined_label` when every
/// organization has it.
pub async fn delete(tx: &WriteTx, id: CustomerLabelId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let label = tx.get_for_update::<customer_label::Entity>(id).await?;
    tx.expect_version(&label, expected)?;
    if label.is_predefined {
        return Err(Problem::of(OrderingProblem::PredefinedLabel));
    }
    tx.remove::<customer_label::Entity>(Column::Id.eq(id)).await?;
    tx.audit(AuditEntry::new("customer_label.delete", "customer_label", id).before(&view(&label))).await
}

const NAME: &str = "uq_customer_labels_name_normalized";

fn taken() -> Problem {
    Problem::of(OrderingProblem::CustomerLabelTaken).with("pointer", "/name")
}

fn checked(change: LabelChange) -> Result<LabelChange, Problem> {
    let mut found = Findings::new();
    let name = found.check(text::optional_line("/name", change.name.as_deref(), MAX_NAME))?.flatten();
    let color = found.check(change.color.as_deref().map(checked_color).transpose())?.flatten();
    found.finish()?;
    Ok(LabelChange { name, color })
}

fn checked_color(color: &str) -> Result<String, Problem> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6);
    if !digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit())) {
        let message = "must be a number sign and six hexadecimal digits, such as #2f9e44";
        return Err(Problem::invalid("/color", "not_a_color", message));
    }
    Ok(color.to_ascii_lowercase())
}

fn apply(change: LabelChange, row: &mut customer_label::ActiveModel) {
    let LabelChange { name, color } = change;
    if let Some(name) = name {
        row.name_normalized = Set(text::normalized(&name));
        row.name = Set(name);
    }
    if let Some(color) = color {
        row.color = Set(color);
    }
}

/// A label as the audit trail shows it.
fn view(label: &customer_label::Model) -> Value {
    json!({ "name": label.name, "color": label.color })
}
