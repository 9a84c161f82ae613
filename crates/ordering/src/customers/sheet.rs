//! Customers as rows of a file.
use super::{
    CustomerChange, CustomerCreated, CustomerUpdated, CustomerWithContacts, MAX_CODE, apply, checked, code_form,
    code_taken, unwritten, view,
};
use crate::imports::{Cells, Change, Reach, Sheet};
use async_trait::async_trait;
use purser_entity_ordering::{
    address::Address,
    customer::{self, Column},
};
use purser_kernel::{Currency, Patch, text::Findings};
use purser_store::{ports::Settings, prelude::*};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// The sequence that counts imports of customers, and is held by the one that runs.
const IMPORTS: &str = "customer_imports";

/// Customers as rows of a file, known by their code. Their contacts are not part of it.
pub struct CustomerSheet {
    /// The organization's currency.
    pub settings: Arc<dyn Settings>,
}

#[async_trait]
impl Sheet for CustomerSheet {
    const RESOURCE: &'static str = "customer";
    const ACTION: &'static str = "customer.import";
    const COLUMNS: &'static [&'static str] = &[
        "customer_code",
        "business_name",
        "email",
        "phone",
        "address_line1",
        "address_line2",
        "address_city",
        "address_region",
        "address_postal_code",
        "address_country",
        "tax_id",
        "currency",
        "payment_terms",
    ];
    const REQUIRED: &'static [&'static str] = &["business_name"];
    const IMPORT: &'static [Permission] = &[Permission::CustomersManage, Permission::CustomersRead];
    const EXPORT: Permission = Permission::CustomersRead;
    type Row = customer::Model;
    /// The organization's currency.
    type Known = Currency;

    fn key(&self, cell: &str) -> String {
        code_form(cell)
    }

    fn id(&self, customer: &customer::Model) -> Uuid {
        customer.id.as_uuid()
    }

    fn cells(&self, customer: &customer::Model) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let address = customer.address.clone().unwrap_or_default();
        vec![
            customer.customer_code.clone(),
            customer.business_name.clone(),
            text(&customer.email),
            text(&customer.phone),
            text(&address.line1),
            text(&address.line2),
            text(&address.city),
            text(&address.region),
            text(&address.postal_code),
            text(&address.country),
            text(&customer.tax_id),
            customer.currency.code().to_owned(),
            text(&customer.payment_terms),
        ]
    }

    async fn stored(&self, reach: Reach<'_>, keys: &[String]) -> Result<HashMap<String, customer::Model>, Problem> {
        // A key that is longer than any code is nobody's.
        let keys: Vec<&str> = keys.iter().map(String::as_str).filter(|key| key.chars().count() <= MAX_CODE).collect();
        let limit = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        let customers = reach.find::<customer::Entity>().filter(Column::CustomerCode.is_in(keys)).all(limit).await?;
        Ok(customers.into_iter().map(|customer| (customer.customer_code.clone(), customer)).collect())
    }

    async fn known(&self, tx: &ReadTx, _: &[(&Cells, Option<&customer::Model>)]) -> Result<Currency, Problem> {
        Ok(self.settings.for_orders(tx).await?.default_currency)
    }

    fn after(
        &self,
        tx: &ReadTx,
        default: &Currency,
        cells: &Cells,
        before: Option<&customer::Model>,
    ) -> Result<customer::Model, Problem> {
        let mut found = Findings::new();
        let currency = found.check(currency(cells, before))?.flatten();
        let change = found.check(checked(change(cells, before)))?;
        found.finish()?;
        tx.draft(before, |row| {
            if before.is_none() {
                unwritten(tx, currency.unwrap_or(*default), row);
            }
            if let Some(change) = change {
                apply(change, row);
            }
        })
    }

    /// One import after the other: two that have the same rows in different orders would wait for one another in a circle.
    async fn begin(&self, tx: &WriteTx) -> Result<(), Problem> {
        tx.next_number(IMPORTS).await.map(|_| ())
    }

    async fn write(&self, tx: &WriteTx, changes: Vec<Change<customer::Model>>) -> Result<(), Problem> {
        let entry = |Change { before, after }: &Change<customer::Model>| match before {
            None => AuditEntry::new("customer.create", "customer", after.id).after(&alone(after)),
            Some(before) => {
                let entry = AuditEntry::new("customer.update", "customer", after.id);
                entry.before(&alone(before)).after(&alone(after))
            }
        };
        tx.audit_many(changes.iter().map(entry)).await?;
        let created = changes.iter().filter(|change| change.before.is_none()).map(|change| &change.after);
        let created: Vec<CustomerCreated<'_>> = created.map(CustomerCreated::of).collect();
        tx.emit_many(&created).await?;
        let updated = changes.iter().filter(|change| change.before.is_some()).map(|change| &change.after);
        let updated: Vec<CustomerUpdated<'_>> = updated.map(CustomerUpdated::of).collect();
        tx.emit_many(&updated).await?;
        let columns = [
            Column::BusinessName,
            Column::NameSearch,
            Column::CustomerCode,
            Column::Email,
            Column::Phone,
            Column::Address,
            Column::TaxId,
            Column::PaymentTerms,
        ];
        let rows = changes.into_iter().map(|change| change.after);
        tx.upsert_many(rows, columns).await.on_unique("uq_customers_customer_code", code_taken)
    }

    async fn page(&self, tx: &ReadTx, page: &PageRequest) -> Result<Page<customer::Model>, Problem> {
        tx.find::<customer::Entity>().order_by(Column::Id, Asc).page(page).await
    }
}

/// A customer as the audit trail shows it, whose contacts are not looked at.
fn alone(customer: &customer::Model) -> serde_json::Value {
    let mut view = view(&CustomerWithContacts { customer: customer.clone(), contacts: Vec::new() });
    if let Some(view) = view.as_object_mut() {
        view.remove("contacts");
    }
    view
}

/// What the cells say, as a change that is to be checked.
fn change(cells: &Cells, before: Option<&customer::Model>) -> CustomerChange {
    CustomerChange {
        business_name: cells.text("business_name"),
        customer_code: cells.text("customer_code"),
        email: cells.patch("email"),
        phone: cells.patch("phone"),
        address: address(cells, before),
        tax_id: cells.patch("tax_id"),
        payment_terms: cells.patch("payment_terms"),
        ..CustomerChange::default()
    }
}

/// The stored address with the parts that the file has.
fn address(cells: &Cells, before: Option<&customer::Model>) -> Patch<Address> {
    let stored = before.and_then(|customer| customer.address.clone()).unwrap_or_default();
    let part = |column, stored: &Option<String>| match cells.patch(column) {
        Patch::Absent => stored.clone(),
        Patch::Null => None,
        Patch::Value(text) => Some(text),
    };
    let address = Address {
        line1: part("address_line1", &stored.line1),
        line2: part("address_line2", &stored.line2),
        city: part("address_city", &stored.city),
        region: part("address_region", &stored.region),
        postal_code: part("address_postal_code", &stored.postal_code),
        country: part("address_country", &stored.country),
    };
    if address == stored {
        Patch::Absent
    } else if address == Address::default() {
        Patch::Null
    } else {
        Patch::Value(address)
    }
}

/// A customer's currency is its own from the first day on.
fn currency(cells: &Cells, before: Option<&customer::Model>) -> Result<Option<Currency>, Problem> {
    let Some(code) = cells.get("currency").filter(|code| !code.is_empty()) else {
        return Ok(None);
    };
    let currency = Currency::parse("/currency", code)?;
    if before.is_some_and(|before| before.currency != currency) {
        return Err(Problem::invalid("/currency", "not_changeable", "a customer keeps its currency"));
    }
    Ok(Some(currency))
}
