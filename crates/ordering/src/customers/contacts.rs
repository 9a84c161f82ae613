//! The people at a customer, and how an address leads to them.
use crate::OrderingProblem;
use purser_entity_ordering::{
    customer,
    customer_contact::{self, Column},
};
use purser_kernel::{
    Email,
    ids::{CustomerContactId, CustomerId},
    text::Findings,
};
use purser_store::prelude::*;
use std::collections::HashSet;

/// The most contacts that a customer has.
pub const MAX_CONTACTS: usize = 100;
const MAX_NAME: usize = 200;
const MAX_ROLE: usize = 60;

/// A contact that is to be kept.
#[derive(Clone, Debug, Default)]
pub struct NewContact {
    /// The contact that this one replaces.
    pub id: Option<CustomerContactId>,
    /// The person's name.
    pub name: Option<String>,
    /// Such as `buyer`.
    pub role: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// The number they write from on WhatsApp, in international form.
    pub whatsapp: Option<String>,
}

pub(super) async fn of(tx: &ReadTx, customer: &customer::Model) -> Result<Vec<customer_contact::Model>, Problem> {
    let limit = u64::try_from(MAX_CONTACTS).unwrap_or(u64::MAX);
    tx.find::<customer_contact::Entity>().of(customer).order_by(Column::Id, Asc).all(limit).await
}

pub(super) async fn of_each(
    tx: &ReadTx,
    customers: &[customer::Model],
) -> Result<Vec<Vec<customer_contact::Model>>, Problem> {
    tx.find::<customer_contact::Entity>().order_by(Column::Id, Asc).of_each(customers).await
}

/// A contact whose addresses were read and put into the form in which they are compared.
pub(super) struct CheckedContact {
    contact: NewContact,
    email_normalized: Option<String>,
    phone_normalized: Option<String>,
    whatsapp_normalized: Option<String>,
}

pub(super) fn checked(contacts: &[NewContact]) -> Result<Vec<CheckedContact>, Problem> {
    if contacts.len() > MAX_CONTACTS {
        return Err(Problem::invalid("/contacts", "too_many", format!("must have at most {MAX_CONTACTS} entries")));
    }
    let mut found = Findings::new();
    let mut kept: Vec<CheckedContact> = Vec::with_capacity(contacts.len());
    for (position, contact) in contacts.iter().enumerate() {
        let Some(contact) = found.check(checked_one(&format!("/contacts/{position}"), contact))? else {
            continue;
        };
        let number = contact.whatsapp_normalized.as_ref();
        if number.is_some() && kept.iter().any(|other| other.whatsapp_normalized.as_ref() == number) {
            let pointer = format!("/contacts/{position}/whatsapp");
            found.check(Err::<(), _>(Problem::invalid(pointer, "duplicate", "is another contact's number")))?;
        }
        kept.push(contact);
    }
    found.finish()?;
    Ok(kept)
}

fn checked_one(pointer: &str, contact: &NewContact) -> Result<CheckedContact, Problem> {
    let at = |name: &str| format!("{pointer}/{name}");
    let phone = |name: &str, value: Option<&String>| value.map(|value| text::phone(&at(name), value)).transpose();
    let trimmed = |value: Option<&String>| value.map(|value| value.trim().to_owned());
    let email = contact.email.as_ref().map(|email| Email::parse(&at("email"), email)).transpose()?;
    let checked = CheckedContact {
        email_normalized: email.as_ref().map(Email::normalized),
        phone_normalized: phone("phone", contact.phone.as_ref())?,
        whatsapp_normalized: phone("whatsapp", contact.whatsapp.as_ref())?,
        contact: NewContact {
            id: contact.id,
            name: text::optional_line(&at("name"), contact.name.as_deref(), MAX_NAME)?,
            role: text::optional_line(&at("role"), contact.role.as_deref(), MAX_ROLE)?,
            email: email.map(|email| email.as_str().to_owned()),
            phone: trimmed(contact.phone.as_ref()),
            whatsapp: trimmed(contact.whatsapp.as_ref()),
        },
    };
    let NewContact { name, email, phone, whatsapp, .. } = &checked.contact;
    if [name, email, phone, whatsapp].into_iter().all(Option::is_none) {
        return Err(Problem::invalid(pointer, "required", "must have a name or an address"));
    }
    Ok(checked)
}

/// Makes `contacts` the customer's contacts: those with an id are changed, the others added, and who is not named goes.
pub(super) async fn replace(
    tx: &WriteTx,
    customer: &customer::Model,
    contacts: Vec<CheckedContact>,
) -> Result<Vec<customer_contact::Model>, Problem> {
    let before = of(tx, customer).await?;
    let known = |id: CustomerContactId| before.iter().find(|contact| contact.id == id);
    let mut seen = HashSet::new();
    for (position, CheckedContact { contact, .. }) in contacts.iter().enumerate() {
        let pointer = || format!("/contacts/{position}/id");
        if contact.id.is_some_and(|id| known(id).is_none()) {
            return Err(Problem::unknown_reference(pointer(), "contact of this customer"));
        }
        if contact.id.is_some_and(|id| !seen.insert(id)) {
            return Err(Problem::invalid(pointer(), "duplicate", "is named twice"));
        }
    }
    if !before.is_empty() {
        // Removed and written again: a number may move from one contact to another in one change.
        tx.remove::<customer_contact::Entity>(Column::CustomerId.eq(customer.id)).await?;
    }
    let rows = contacts.into_iter().map(|checked| {
        let CheckedContact { contact, email_normalized, phone_normalized, whatsapp_normalized } = checked;
        let kept = contact.id.and_then(known);
        let mut row = customer_contact::ActiveModel {
            customer_id: Set(customer.id),
            name: Set(contact.name),
            role: Set(contact.role),
            email: Set(contact.email),
            email_normalized: Set(email_normalized),
            phone: Set(contact.phone),
            phone_normalized: Set(phone_normalized),
            whatsapp: Set(contact.whatsapp),
            whatsapp_normalized: Set(whatsapp_normalized),
            id: Set(kept.map_or_else(CustomerContactId::generate, |kept| kept.id)),
            created_by: Set(kept.map_or_else(|| tx.scope().actor.user(), |kept| kept.created_by)),
            ..Default::default()
        };
        row.created_at = Set(kept.map_or_else(|| tx.now(), |kept| kept.created_at));
        row
    });
    tx.insert_many(rows.collect::<Vec<_>>()).await.on_unique(NUMBER_INDEX, number_taken)?;
    of(tx, customer).await
}

pub(super) const NUMBER_INDEX: &str = "uq_customer_contacts_whatsapp_normalized";

pub(super) fn number_taken() -> Problem {
    Problem::of(OrderingProblem::WhatsappTaken).with("pointer", "/contacts")
}

/// The customer who has a contact with this address on this channel. Several customers may share a telephone number or a mail
/// address; then nobody can say which one writes, and a person links the conversation.
pub(super) async fn customer_at(tx: &ReadTx, channel: &str, address: &str) -> Result<Option<CustomerId>, Problem> {
    let column = match channel {
        "whatsapp" => Column::WhatsappNormalized,
        "sms" => Column::PhoneNormalized,
        "email" => Column::EmailNormalized,
        _ => return Ok(None),
    };
    let contacts = tx.find::<customer_contact::Entity>().filter(column.eq(address)).all(2).await?;
    match contacts.as_slice() {
        [first, rest @ ..] if rest.iter().all(|contact| contact.customer_id == first.customer_id) => {
            Ok(Some(first.customer_id))
        }
        _ => Ok(None),
    }
}
