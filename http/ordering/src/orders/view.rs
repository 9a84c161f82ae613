//! An order as it is shown.
use super::{
    line::OrderLineView,
    status::{OrderStatus, approval_status},
};
use chrono::{DateTime, NaiveDate, Utc};
use purser_http::view::ApprovalStatus;
use purser_kernel::{
    Currency, Money, UserId,
    ids::{ApprovalRequestId, ConversationId, CustomerId, MessageId, OrderId},
};
use purser_ordering::{entity::order, orders::OrderWithLines};
use serde::Serialize;
use utoipa::ToSchema;

/// How an order came in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderChannel {
    /// A message over WhatsApp.
    Whatsapp,
    /// A text message.
    Sms,
    /// A mail.
    Email,
    /// A message over a web page.
    Web,
    /// Typed in by a person.
    Manual,
    /// Another program.
    Api,
}

impl From<order::Channel> for OrderChannel {
    fn from(channel: order::Channel) -> Self {
        match channel {
            order::Channel::Whatsapp => Self::Whatsapp,
            order::Channel::Sms => Self::Sms,
            order::Channel::Email => Self::Email,
            order::Channel::Web => Self::Web,
            order::Channel::Manual => Self::Manual,
            order::Channel::Api => Self::Api,
        }
    }
}

/// An order of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    pub(super) id: OrderId,
    /// Such as `SO-000001`.
    number: String,
    status: OrderStatus,
    customer_id: CustomerId,
    channel: OrderChannel,
    conversation_id: Option<ConversationId>,
    /// The message that it began with.
    message_id: Option<MessageId>,
    /// All messages that made it what it is, the oldest first.
    message_ids: Vec<MessageId>,
    /// Whether it was read from a message.
    ai_generated: bool,
    /// From 0 to 1: that of its least certain line, as it was read.
    ai_confidence: Option<f64>,
    requires_review: bool,
    reviewed_by: Option<UserId>,
    reviewed_at: Option<DateTime<Utc>>,
    lines: Vec<OrderLineView>,
    /// Decimal.
    subtotal: String,
    /// What the customer pays; decimal.
    total: String,
    currency: Currency,
    notes: Option<String>,
    /// The customer's own number for it.
    customer_reference: Option<String>,
    requested_delivery_on: Option<NaiveDate>,
    /// The request that its confirmation waits for, or was made binding by.
    pub(super) approval_id: Option<ApprovalRequestId>,
    /// Where that request stands: after a rejection the order is as it was, and may be changed and asked about again.
    approval_status: Option<ApprovalStatus>,
    confirmed_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
    pub(super) version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl OrderView {
    /// Whether there is in it what somebody wrote: a customer's words, or a note.
    pub(super) fn has_words(&self) -> bool {
        let quoted = self.lines.iter().any(OrderLineView::has_words);
        quoted || self.notes.is_some() || self.customer_reference.is_some()
    }
}

impl From<OrderWithLines> for OrderView {
    fn from(read: OrderWithLines) -> Self {
        let message_id = read.source_message();
        let OrderWithLines { order, lines, messages } = read;
        let currency = order.currency;
        let amount = |minor| Money::from_minor(minor, currency).to_string();
        Self {
            id: order.id,
            number: order.number,
            status: order.status.into(),
            customer_id: order.customer_id,
            channel: order.channel.into(),
            conversation_id: order.conversation_id,
            message_id,
            message_ids: messages.into_iter().map(|row| row.message_id).collect(),
            ai_generated: order.ai_generated,
            ai_confidence: order.ai_confidence,
            requires_review: order.requires_review,
            reviewed_by: order.reviewed_by,
            reviewed_at: order.reviewed_at,
            lines: lines.into_iter().map(|line| OrderLineView::new(line, currency)).collect(),
            subtotal: amount(order.subtotal_minor),
            total: amount(order.total_minor),
            currency,
            notes: order.notes,
            customer_reference: order.customer_reference,
            requested_delivery_on: order.requested_delivery_on,
            approval_id: order.approval_id,
            approval_status: order.approval_status.map(approval_status),
            confirmed_at: order.confirmed_at,
            cancelled_at: order.cancelled_at,
            version: order.version,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    }
}
