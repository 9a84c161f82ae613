//! The events that endpoints can be sent.
use actix_web::{get, web::Data};
use purser_http::{problem::Refusal, reply::Reply, routes::Routes, unit::Read, view::PageView};
use purser_kernel::Permission;
use purser_store::outbox::EventType;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// A kind of event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventTypeView {
    /// Such as `order.confirmed`.
    name: &'static str,
    /// What it is about, such as `order`.
    resource: &'static str,
    /// What is needed to follow it.
    permission: Permission,
    /// When it happens.
    description: &'static str,
    /// The JSON schema of `data` in the body that is sent.
    #[schema(value_type = Object)]
    schema: &'static Value,
    /// Such a `data`.
    #[schema(value_type = Object)]
    example: &'static Value,
}

impl From<&'static EventType> for EventTypeView {
    fn from(event: &'static EventType) -> Self {
        let EventType { name, resource, readers, about, schema, example } = event;
        Self { name, resource, permission: readers.permission(), description: about, schema, example }
    }
}

/// Every event there is, by name, on one page.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.read"])),
    responses((status = 200, body = PageView<EventTypeView>)),
)]
#[get("/v1/event-types")]
async fn list(caller: Read, events: Data<&'static [EventType]>) -> Result<Reply, Refusal> {
    caller.scope().require(Permission::WebhooksRead)?;
    let data = events.iter().map(EventTypeView::from).collect();
    Ok(Reply::ok(&PageView { data, next_cursor: None })?)
}
