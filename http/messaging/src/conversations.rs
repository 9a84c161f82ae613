//! Conversations and their messages.
mod message;

use actix_web::{HttpResponse, get, post, web::Data};
use chrono::{DateTime, Utc};
use message::MessageView;
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    query::{self, PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    UserId,
    ids::{Conversation, ConversationId, CustomerId, IntegrationId},
};
use purser_messaging::{
    conversations::{self, ConversationFilter},
    entity::conversation,
};
use purser_store::{name_of, named, ports::CustomerDirectory};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(messages).service(mark_read).service(link);
}

/// A conversation with one contact over one channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationView {
    id: ConversationId,
    /// Null while nobody knows who writes.
    customer_id: Option<CustomerId>,
    integration_id: IntegrationId,
    /// `whatsapp`, `sms`, `email` or `web`.
    channel: String,
    /// Digits of a telephone number in international form, a mail address, or the provider's id of the contact.
    channel_address: String,
    /// What the contact calls themselves.
    contact_name: Option<String>,
    /// `open`, `snoozed` or `closed`.
    status: String,
    assignee_id: Option<UserId>,
    unread_count: i32,
    last_message_at: Option<DateTime<Utc>>,
    /// Opens the window in which the provider lets one answer freely.
    last_inbound_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<conversation::Model> for ConversationView {
    fn from(conversation: conversation::Model) -> Self {
        Self {
            id: conversation.id,
            customer_id: conversation.customer_id,
            integration_id: conversation.integration_id,
            channel: name_of(&conversation.channel),
            channel_address: conversation.channel_address,
            contact_name: conversation.contact_name,
            status: name_of(&conversation.status),
            assignee_id: conversation.assignee_id,
            unread_count: conversation.unread_count,
            last_message_at: conversation.last_message_at,
            last_inbound_at: conversation.last_inbound_at,
            version: conversation.version,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListConversations {
    /// Only those that are `open`, `snoozed` or `closed`.
    #[param(pattern = "^(open|snoozed|closed)$")]
    status: Option<String>,
    /// Only those with this customer.
    customer_id: Option<CustomerId>,
    /// Only those of this member.
    assignee_id: Option<UserId>,
    /// Only those of which nobody knows who writes.
    #[serde(default)]
    unlinked: bool,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Who the contact is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkConversation {
    customer_id: CustomerId,
}

/// Conversations, the one with the newest message first.
#[utoipa::path(
    tag = "Conversations",
    params(ListConversations),
    responses((status = 200, body = PageView<ConversationView>)),
    security(("bearer" = ["conversations.read"])),
)]
#[get("/v1/conversations")]
async fn list(unit: Read, accesses: Data<AccessLog>, Query(query): Query<ListConversations>) -> Result<Reply, Refusal> {
    let ListConversations { status, customer_id, assignee_id, unlinked, limit, cursor } = query;
    let page = query::page(limit, cursor)?;
    let status = status.map(|name| named("/status", &name)).transpose()?;
    let filter = ConversationFilter { status, customer_id, assignee_id, unlinked };
    let tx = unit.begin().await?;
    let page = conversations::list(&tx, filter, &page).await?;
    let seen = page.data.iter().map(|conversation| conversation.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("conversation", seen))?;
    Ok(Reply::ok(&PageView::of(page, ConversationView::from))?)
}

/// One conversation.
#[utoipa::path(
    tag = "Conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationView)),
    security(("bearer" = ["conversations.read"])),
)]
#[get("/v1/conversations/{id}")]
async fn show(unit: Read, accesses: Data<AccessLog>, PathId(id): PathId<Conversation>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let conversation = conversations::get(&tx, id).await?;
    accesses.note(unit.scope(), unit.purpose(), Access::select("conversation", [id]))?;
    let version = conversation.version;
    Ok(Reply::ok(&ConversationView::from(conversation))?.etag(version))
}

/// The messages of a conversation, the newest first.
#[utoipa::path(
    tag = "Conversations",
    params(("id" = ConversationId, Path), PageQuery),
    responses((status = 200, body = PageView<MessageView>)),
    security(("bearer" = ["conversations.read"])),
)]
#[get("/v1/conversations/{id}/messages")]
async fn messages(
    unit: Read,
    accesses: Data<AccessLog>,
    PathId(id): PathId<Conversation>,
    Query(query): Query<PageQuery>,
) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = conversations::messages(&tx, id, &page).await?;
    let seen = page.data.iter().map(|row| row.message.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("message", seen))?;
    Ok(Reply::ok(&PageView::of(page, MessageView::from))?)
}

/// Says that people have seen what is in the conversation.
#[utoipa::path(
    tag = "Conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationView)),
    security(("bearer" = ["conversations.manage"])),
)]
#[post("/v1/conversations/{id}/read")]
async fn mark_read(unit: Write, PathId(id): PathId<Conversation>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let conversation = conversations::mark_read(&tx, id).await?;
    let version = conversation.version;
    unit.commit(tx, Reply::ok(&ConversationView::from(conversation))?.etag(version)).await
}

/// Says who the contact is. What waits in the conversation is read for orders then.
#[utoipa::path(
    tag = "Conversations",
    params(("id" = ConversationId, Path)),
    request_body = LinkConversation,
    responses((status = 200, body = ConversationView)),
    security(("bearer" = ["conversations.manage"])),
)]
#[post("/v1/conversations/{id}/link")]
async fn link(
    unit: Write,
    directory: Data<dyn CustomerDirectory>,
    PathId(id): PathId<Conversation>,
    body: Body<LinkConversation>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let LinkConversation { customer_id } = body.into_inner();
    let conversation = conversations::link(&tx, &**directory, id, customer_id).await?;
    let version = conversation.version;
    unit.commit(tx, Reply::ok(&ConversationView::from(conversation))?.etag(version)).await
}
