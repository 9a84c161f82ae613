//! Customers.
mod address;
mod contact;
mod view;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use address::AddressBody;
use contact::ContactBody;
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Currency, Patch, Problem,
    ids::{Customer, CustomerId},
};
use purser_ordering::{
    customers::{self, CustomerChange, CustomerFilter, Customers, NewCustomer},
    entity::address::Address,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use view::{CustomerStatus, CustomerView};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// A customer that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCustomer {
    #[schema(max_length = 200)]
    business_name: String,
    /// Unique in any case; kept in upper case. Given when left out, such as `C-00001`.
    #[schema(max_length = 40)]
    customer_code: Option<String>,
    #[schema(format = "email")]
    email: Option<String>,
    #[schema(format = "phone")]
    phone: Option<String>,
    address: Option<AddressBody>,
    #[schema(max_length = 60)]
    tax_id: Option<String>,
    /// What it pays in; the organization's currency when left out. Stays as it is.
    #[schema(value_type = Option<Currency>)]
    currency: Option<String>,
    /// Such as `net_30`.
    #[schema(max_length = 60)]
    payment_terms: Option<String>,
    /// The people who write to us.
    #[serde(default)]
    #[schema(max_items = 100)]
    contacts: Vec<ContactBody>,
}

impl CreateCustomer {
    fn parse(self) -> Result<NewCustomer, Problem> {
        Ok(NewCustomer {
            currency: self.currency.map(|code| Currency::parse("/currency", &code)).transpose()?,
            business_name: self.business_name,
            customer_code: self.customer_code,
            email: self.email,
            phone: self.phone,
            address: self.address.map(Into::into),
            tax_id: self.tax_id,
            payment_terms: self.payment_terms,
            contacts: self.contacts.into_iter().map(Into::into).collect(),
        })
    }
}

/// What changes in a customer. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCustomer {
    #[schema(max_length = 200)]
    business_name: Option<String>,
    #[schema(max_length = 40)]
    customer_code: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "email")]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "phone")]
    phone: Patch<String>,
    /// Replaces the whole address.
    #[serde(default)]
    #[schema(value_type = Option<AddressBody>)]
    address: Patch<AddressBody>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    tax_id: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    payment_terms: Patch<String>,
    /// Replaces all contacts: one that names its `id` is kept and changed, who is not named goes.
    #[schema(max_items = 100)]
    contacts: Option<Vec<ContactBody>>,
}

impl From<UpdateCustomer> for CustomerChange {
    fn from(body: UpdateCustomer) -> Self {
        let UpdateCustomer { business_name, customer_code, email, phone, address, tax_id, payment_terms, contacts } =
            body;
        Self {
            business_name,
            customer_code,
            email,
            phone,
            address: match address {
                Patch::Absent => Patch::Absent,
                Patch::Null => Patch::Null,
                Patch::Value(address) => Patch::Value(Address::from(address)),
            },
            tax_id,
            payment_terms,
            owner_id: Patch::Absent,
            contacts: contacts.map(|contacts| contacts.into_iter().map(Into::into).collect()),
        }
    }
}

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCustomers {
    /// Only those of this status.
    #[param(inline)]
    status: Option<CustomerStatus>,
    /// Only the one with this code, in any case.
    customer_code: Option<String>,
    /// Only those whose name begins so, in any case.
    name_prefix: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Customers with their contacts, the newest first.
#[utoipa::path(
    tag = "Customers",
    params(ListCustomers),
    responses((status = 200, body = PageView<CustomerView>)),
    security(("bearer" = ["customers.read"])),
)]
#[get("/v1/customers")]
async fn list(unit: Read, accesses: Data<AccessLog>, Query(query): Query<ListCustomers>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = CustomerFilter {
        status: query.status.map(Into::into),
        customer_code: query.customer_code,
        name_prefix: query.name_prefix,
    };
    let tx = unit.begin().await?;
    let page = customers::list(&tx, filter, &page).await?;
    let seen = page.data.iter().map(|row| row.customer.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("customer", seen))?;
    Ok(Reply::ok(&PageView::of(page, CustomerView::from))?)
}

/// Creates a customer with its contacts.
#[utoipa::path(
    tag = "Customers",
    request_body = CreateCustomer,
    responses((status = 201, body = CustomerView)),
    security(("bearer" = ["customers.manage"])),
)]
#[post("/v1/customers")]
async fn create(unit: Write, customers: Data<Customers>, body: Body<CreateCustomer>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let customer = customers.create(&tx, body.into_inner().parse()?).await?;
    let view = CustomerView::from(customer);
    let reply = Reply::created(&view)?.etag(view.version).location(format!("/v1/customers/{}", view.id));
    unit.commit(tx, reply).await
}

/// One customer with its contacts.
#[utoipa::path(
    tag = "Customers",
    params(("id" = CustomerId, Path)),
    responses((status = 200, body = CustomerView)),
    security(("bearer" = ["customers.read"])),
)]
#[get("/v1/customers/{id}")]
async fn show(unit: Read, accesses: Data<AccessLog>, PathId(id): PathId<Customer>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = CustomerView::from(customers::get(&tx, id).await?);
    accesses.note(unit.scope(), unit.purpose(), Access::select("customer", [id]))?;
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a customer.
#[utoipa::path(
    tag = "Customers",
    params(("id" = CustomerId, Path)),
    request_body = UpdateCustomer,
    responses((status = 200, body = CustomerView)),
    security(("bearer" = ["customers.manage"])),
)]
#[patch("/v1/customers/{id}")]
async fn update(
    unit: Write,
    PathId(id): PathId<Customer>,
    body: Body<UpdateCustomer>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = CustomerView::from(customers::update(&tx, id, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes a customer and its contacts. Its orders stay.
#[utoipa::path(
    tag = "Customers",
    params(("id" = CustomerId, Path)),
    responses((status = 204)),
    security(("bearer" = ["customers.manage"])),
)]
#[delete("/v1/customers/{id}")]
async fn delete(unit: Write, PathId(id): PathId<Customer>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    customers::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
