//! The people at a customer.
use chrono::{DateTime, Utc};
use purser_kernel::ids::CustomerContactId;
use purser_ordering::{customers::NewContact, entity::customer_contact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person at a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    id: CustomerContactId,
    name: Option<String>,
    role: Option<String>,
    phone: Option<String>,
    whatsapp: Option<String>,
    email: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<customer_contact::Model> for ContactView {
    fn from(contact: customer_contact::Model) -> Self {
        Self {
            id: contact.id,
            name: contact.name,
            role: contact.role,
            phone: contact.phone,
            whatsapp: contact.whatsapp,
            email: contact.email,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        }
    }
}

/// A person at a customer, as they shall be kept. At least a name or one address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    /// The contact that this one replaces; a new one when left out.
    id: Option<CustomerContactId>,
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Such as `buyer`.
    #[schema(max_length = 60)]
    role: Option<String>,
    /// In international form.
    #[schema(format = "phone")]
    phone: Option<String>,
    /// The number they write from on WhatsApp, in international form. Only one contact of the organization has it.
    #[schema(format = "phone")]
    whatsapp: Option<String>,
    #[schema(format = "email")]
    email: Option<String>,
}

impl From<ContactBody> for NewContact {
    fn from(body: ContactBody) -> Self {
        let ContactBody { id, name, role, phone, whatsapp, email } = body;
        Self { id, name, role, phone, whatsapp, email }
    }
}
