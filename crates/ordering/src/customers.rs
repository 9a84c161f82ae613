//! Customers: companies that buy, and the people through whom they do.
mod codes;
mod contacts;
pub(crate) mod deletion;
mod sheet;
mod texts;

use crate::OrderingProblem;
use async_trait::async_trait;
use purser_entity_ordering::{
    address::Address,
    customer::{self, Column, Status},
    customer_contact,
};
use purser_kernel::{
    Currency, Email, Expected, Patch,
    ids::{CustomerId, UserId},
    text::Findings,
};
use purser_store::{
    ports::{CustomerDirectory, Settings},
    prelude::*,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub use contacts::{MAX_CONTACTS, NewContact};
pub use sheet::CustomerSheet;
pub use texts::CustomerTexts;

const MAX_NAME: usize = 200;
const MAX_CODE: usize = 40;
const MAX_SHORT: usize = 60;

/// A customer that is to be created.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// The company's name.
    pub business_name: String,
    /// Unique in the organization in any spelling of upper and lower case. Given when left out, such as `C-00001`.
    pub customer_code: Option<String>,
    /// The company's mail address.
    pub email: Option<String>,
    /// The company's telephone number.
    pub phone: Option<String>,
    /// Where it is.
    pub address: Option<Address>,
    /// Its tax number.
    pub tax_id: Option<String>,
    /// What it pays in; the organization's currency when left out.
    pub currency: Option<Currency>,
    /// Such as `net_30`.
    pub payment_terms: Option<String>,
    /// The people who write to us.
    pub contacts: Vec<NewContact>,
}

/// What changes in a customer. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct CustomerChange {
    /// As in [`NewCustomer`].
    pub business_name: Option<String>,
    /// As in [`NewCustomer`].
    pub customer_code: Option<String>,
    /// As in [`NewCustomer`].
    pub email: Patch<String>,
    /// As in [`NewCustomer`].
    pub phone: Patch<String>,
    /// As in [`NewCustomer`].
    pub address: Patch<Address>,
    /// As in [`NewCustomer`].
    pub tax_id: Patch<String>,
    /// As in [`NewCustomer`].
    pub payment_terms: Patch<String>,
    /// Who looks after it; a member of the organization.
    pub owner_id: Patch<UserId>,
    /// Replaces all contacts; one that names its id is kept and changed.
    pub contacts: Option<Vec<NewContact>>,
}

/// A customer and its contacts.
#[derive(Clone, Debug)]
pub struct CustomerWithContacts {
    /// The customer.
    pub customer: customer::Model,
    /// Its contacts, the oldest first.
    pub contacts: Vec<customer_contact::Model>,
}

/// Which customers are asked for.
#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only the one with this code.
    pub customer_code: Option<String>,
    /// Only those whose name begins so.
    pub name_prefix: Option<String>,
}

/// A customer was created.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerCreated<'c> {
    customer_id: CustomerId,
    customer_code: &'c str,
    business_name: &'c str,
}

impl<'c> CustomerCreated<'c> {
    fn of(customer: &'c customer::Model) -> Self {
        Self {
            customer_id: customer.id,
            customer_code: &customer.customer_code,
            business_name: &customer.business_name,
        }
    }
}

impl DomainEvent for CustomerCreated<'_> {
    const TYPE: &'static str = "customer.created";
    const RESOURCE: &'static str = "customer";
    const READERS: Readers = Readers::Holding(Permission::CustomersRead);

    fn resource_id(&self) -> Uuid {
        self.customer_id.as_uuid()
    }

    fn example() -> Self {
        Self { customer_id: example_id(), customer_code: "C-00017", business_name: "Corner Café" }
    }
}

/// A customer, or what its labels say of it, was changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerUpdated<'c> {
    customer_id: CustomerId,
    customer_code: &'c str,
    business_name: &'c str,
}

impl<'c> CustomerUpdated<'c> {
    pub(crate) fn of(customer: &'c customer::Model) -> Self {
        Self {
            customer_id: customer.id,
            customer_code: &customer.customer_code,
            business_name: &customer.business_name,
        }
    }
}

impl DomainEvent for CustomerUpdated<'_> {
    const TYPE: &'static str = "customer.updated";
    const RESOURCE: &'static str = "customer";
    const READERS: Readers = Readers::Holding(Permission::CustomersRead);

    fn resource_id(&self) -> Uuid {
        self.customer_id.as_uuid()
    }

    fn example() -> Self {
        Self { customer_id: example_id(), customer_code: "C-00017", business_name: "Corner Café" }
    }
}

/// Customers, the newest first.
pub async fn list(
    tx: &ReadTx,
    filter: CustomerFilter,
    page: &PageRequest,
) -> Result<Page<CustomerWithContacts>, Problem> {
    tx.scope().require(Permission::CustomersRead)?;
    let page = tx
        .find::<customer::Entity>()
        .filter_if(filter.status.map(|status| Column::Status.eq(status)))
        .filter_if(filter.customer_code.map(|code| Column::CustomerCode.eq(code_form(&code))))
        .filter_if(filter.name_prefix.map(|prefix| Column::NameSearch.starts_with(&text::normalized(&prefix))))
        .page(page)
        .await?;
    let contacts = contacts::of_each(tx, &page.data).await?;
    let data = page.data.into_iter().zip(contacts);
    let data = data.map(|(customer, contacts)| CustomerWithContacts { customer, contacts }).collect();
    Ok(Page { data, next: page.next })
}

/// One customer.
pub async fn get(tx: &ReadTx, id: CustomerId) -> Result<CustomerWithContacts, Problem> {
    tx.scope().require(Permission::CustomersRead)?;
    load(tx, id).await
}

async fn load(tx: &ReadTx, id: CustomerId) -> Result<CustomerWithContacts, Problem> {
    let customer = tx.get::<customer::Entity>(id).await?;
    let contacts = contacts::of(tx, &customer).await?;
    Ok(CustomerWithContacts { customer, contacts })
}

/// What creating a customer needs from other domains.
#[derive(Clone)]
pub struct Customers {
    /// The organization's currency.
    pub settings: Arc<dyn Settings>,
}

impl Customers {
    /// Creates a customer with its contacts. `customer_code_taken` and `whatsapp_taken` as they say.
    pub async fn create(&self, tx: &WriteTx, new: NewCustomer) -> Result<CustomerWithContacts, Problem> {
        tx.scope().require(Permission::CustomersManage)?;
        let change = CustomerChange {
            business_name: Some(new.business_name),
            customer_code: new.customer_code,
            email: new.email.map_or(Patch::Absent, Patch::Value),
            phone: new.phone.map_or(Patch::Absent, Patch::Value),
            address: new.address.map_or(Patch::Absent, Patch::Value),
            tax_id: new.tax_id.map_or(Patch::Absent, Patch::Value),
            payment_terms: new.payment_terms.map_or(Patch::Absent, Patch::Value),
            owner_id: Patch::Absent,
            contacts: None,
        };
        let mut change = checked(change)?;
        let contacts = contacts::checked(&new.contacts)?;
        if change.customer_code.is_none() {
            change.customer_code = Some(codes::free(tx).await?);
        }
        let currency = match new.currency {
            Some(currency) => currency,
            None => self.settings.for_orders(tx).await?.default_currency,
        };
        let mut row = customer::ActiveModel::default();
        unwritten(tx, currency, &mut row);
        apply(change, &mut row);
        let customer = tx.insert(row).await.on_unique("uq_customers_customer_code", code_taken)?;
        let contacts = contacts::replace(tx, &customer, contacts).await?;
        let created = CustomerWithContacts { customer, contacts };
        let id = created.customer.id;
        tx.audit(AuditEntry::new("customer.create", "customer", id).after(&view(&created))).await?;
        tx.emit(&CustomerCreated::of(&created.customer)).await?;
        Ok(created)
    }
}

/// Changes a customer that has the version `expected`.
pub async fn update(
    tx: &WriteTx,
    id: CustomerId,
    expected: impl Into<Expected>,
    change: CustomerChange,
) -> Result<CustomerWithContacts, Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let before = load(tx, id).await?;
    tx.expect_version(&before.customer, expected)?;
    let mut change = checked(change)?;
    let contacts = change.contacts.take().map(|contacts| contacts::checked(&contacts)).transpose()?;
    let was = view(&before);
    let updated = tx.update(before.customer, |row| apply(change, row)).await;
    let customer = updated.on_unique("uq_customers_customer_code", code_taken)?;
    let contacts = match contacts {
        Some(contacts) => contacts::replace(tx, &customer, contacts).await?,
        None => before.contacts,
    };
    let after = CustomerWithContacts { customer, contacts };
    let entry = AuditEntry::new("customer.update", "customer", id);
    tx.audit(entry.before(&was).after(&view(&after))).await?;
    tx.emit(&CustomerUpdated::of(&after.customer)).await?;
    Ok(after)
}

/// Deletes a customer that has the version `expected`, and its contacts, which come back with it. Its orders stay.
pub async fn delete(tx: &WriteTx, id: CustomerId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::CustomersManage)?;
    let before = load(tx, id).await?;
    tx.expect_version(&before.customer, expected)?;
    let was = view(&before);
    tx.soft_delete_with(before.customer, before.contacts).await?;
    tx.audit(AuditEntry::new("customer.delete", "customer", id).before(&was)).await
}

/// Finds customers by the addresses of their contacts.
pub struct Directory;

#[async_trait]
impl CustomerDirectory for Directory {
    async fn customer_at(&self, tx: &ReadTx, channel: &str, address: &str) -> Result<Option<CustomerId>, Problem> {
        contacts::customer_at(tx, channel, address).await
    }

    async fn exists(&self, tx: &ReadTx, customer: CustomerId) -> Result<bool, Problem> {
        Ok(tx.find_by_id::<customer::Entity>(customer).await?.is_some())
    }
}

fn code_taken() -> Problem {
    Problem::of(OrderingProblem::CustomerCodeTaken).with("pointer", "/customer_code")
}

/// Codes are kept in upper case, so that they are the same in any spelling.
fn code_form(code: &str) -> String {
    code.trim().to_uppercase()
}

fn checked(change: CustomerChange) -> Result<CustomerChange, Problem> {
    let mut found = Findings::new();
    let mut line = |pointer, value: Option<String>, max| {
        found.check(text::optional_line(pointer, value.as_deref(), max)).map(Option::flatten)
    };
    let business_name = line("/business_name", change.business_name, MAX_NAME)?;
    let customer_code = line("/customer_code", change.customer_code.map(|code| code_form(&code)), MAX_CODE)?;
    let mut patch = |value: Patch<String>, check: &dyn Fn(&str) -> Result<String, Problem>| {
        found.check(value.try_map(|value| check(&value))).map(Option::unwrap_or_default)
    };
    let email = patch(change.email, &|email| Ok(Email::parse("/email", email)?.as_str().to_owned()))?;
    let phone = patch(change.phone, &|phone| text::phone("/phone", phone).map(|_| phone.trim().to_owned()))?;
    let tax_id = patch(change.tax_id, &|tax_id| text::line("/tax_id", tax_id, MAX_SHORT))?;
    let terms = patch(change.payment_terms, &|terms| text::line("/payment_terms", terms, MAX_SHORT))?;
    let address = found.check(change.address.try_map(checked_address))?.unwrap_or_default();
    found.finish()?;
    Ok(CustomerChange { business_name, customer_code, email, phone, address, tax_id, payment_terms: terms, ..change })
}

fn checked_address(address: Address) -> Result<Address, Problem> {
    let line = |name: &str, value: Option<String>| {
        text::optional_line(&format!("/address/{name}"), value.as_deref(), MAX_NAME)
    };
    let country = address.country.map(|country| country.trim().to_ascii_uppercase());
    if country.as_ref().is_some_and(|code| code.len() != 2 || !code.chars().all(|c| c.is_ascii_uppercase())) {
        let message = "must be a country code of ISO 3166-1, such as DE";
        return Err(Problem::invalid("/address/country", "not_a_country", message));
    }
    Ok(Address {
        line1: line("line1", address.line1)?,
        line2: line("line2", address.line2)?,
        city: line("city", address.city)?,
        region: line("region", address.region)?,
        postal_code: line("postal_code", address.postal_code)?,
        country,
    })
}

/// A new customer before its columns are applied.
fn unwritten(tx: &ReadTx, currency: Currency, row: &mut customer::ActiveModel) {
    row.status = Set(Status::NoOrdersYet);
    row.email = Set(None);
    row.phone = Set(None);
    row.address = Set(None);
    row.tax_id = Set(None);
    row.currency = Set(currency);
    row.payment_terms = Set(None);
    row.total_orders = Set(0);
    row.total_spent_minor = Set(0);
    row.last_ordered_at = Set(None);
    row.owner_id = Set(None);
    row.created_by = Set(tx.scope().actor.user());
    row.deleted_at = Set(None);
    row.deleted_by = Set(None);
}

fn apply(change: CustomerChange, row: &mut customer::ActiveModel) {
    let CustomerChange {
        business_name,
        customer_code,
        email,
        phone,
        address,
        tax_id,
        payment_terms,
        owner_id,
        contacts: _,
    } = change;
    if let Some(name) = business_name {
        row.name_search = Set(text::normalized(&name));
        row.business_name = Set(name);
    }
    if let Some(code) = customer_code {
        row.customer_code = Set(code);
    }
    if let Some(email) = email.into_change() {
        row.email = Set(email);
    }
    if let Some(phone) = phone.into_change() {
        row.phone = Set(phone);
    }
    if let Some(address) = address.into_change() {
        row.address = Set(address);
    }
    if let Some(tax_id) = tax_id.into_change() {
        row.tax_id = Set(tax_id);
    }
    if let Some(terms) = payment_terms.into_change() {
        row.payment_terms = Set(terms);
    }
    if let Some(owner_id) = owner_id.into_change() {
        row.owner_id = Set(owner_id);
    }
}

/// A customer as the audit trail shows it.
fn view(CustomerWithContacts { customer, contacts }: &CustomerWithContacts) -> Value {
    let contact = |contact: &customer_contact::Model| json!({ "name": contact.name, "phone": contact.phone, "whatsapp": contact.whatsapp, "email": contact.email });
    json!({
        "business_name": customer.business_name,
        "customer_code": customer.customer_code,
        "email": customer.email,
        "phone": customer.phone,
        "address": customer.address,
        "tax_id": customer.tax_id,
        "payment_terms": customer.payment_terms,
        "owner_id": customer.owner_id,
        "contacts": contacts.iter().map(contact).collect::<Vec<_>>(),
    })
}
