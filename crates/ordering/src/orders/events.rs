//! What is published about orders.
use super::{OrderWithLines, status};
use purser_entity_ordering::order;
use purser_kernel::{
    Currency, Money,
    ids::{ConversationId, CustomerId, OrderId},
};
use purser_store::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What every event says of its order.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    order_id: OrderId,
    number: String,
    customer_id: CustomerId,
    conversation_id: Option<ConversationId>,
    status: &'static str,
    total: String,
    currency: Currency,
    ai_confidence: Option<f64>,
    line_count: usize,
}

impl Summary {
    pub(super) fn of(OrderWithLines { order, lines, .. }: &OrderWithLines) -> Self {
        let order::Model { id, number, customer_id, conversation_id, status, total_minor, currency, .. } = order;
        Self {
            order_id: *id,
            number: number.clone(),
            customer_id: *customer_id,
            conversation_id: *conversation_id,
            status: status::name(*status),
            total: Money::from_minor(*total_minor, *currency).to_string(),
            currency: *currency,
            ai_confidence: order.ai_confidence,
            line_count: lines.len(),
        }
    }

    fn example() -> Self {
        Self {
            order_id: example_id(),
            number: "ORD-2026-00042".to_owned(),
            customer_id: example_id(),
            conversation_id: Some(example_id()),
            status: "confirmed",
            total: "24.80".to_owned(),
            currency: Currency::USD,
            ai_confidence: Some(0.97),
            line_count: 1,
        }
    }
}

/// An event about an order is its summary under a name.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(transparent)]
        pub(super) struct $event(pub(super) Summary);

        impl DomainEvent for $event {
            const TYPE: &'static str = $name;
            const RESOURCE: &'static str = "order";
            const READERS: Readers = Readers::Holding(Permission::OrdersRead);

            fn resource_id(&self) -> Uuid {
                self.0.order_id.as_uuid()
            }

            fn example() -> Self {
                Self(Summary::example())
            }
        }
    )*

        /// Events about orders.
        pub(crate) fn event_types() -> Vec<EventType> {
            vec![$(EventType::of::<$event>()),*]
        }
    };
}

events! {
    /// A reader made an order from a message.
    OrderDrafted = "order.drafted";
    /// A message changed an order that was not confirmed yet.
    OrderAmended = "order.amended";
    /// A person changed an order.
    OrderUpdated = "order.updated";
    /// Somebody else has to approve an order before it is confirmed.
    OrderConfirmationRequested = "order.confirmation_requested";
    /// A person confirmed an order.
    OrderConfirmed = "order.confirmed";
    /// An order will not be delivered.
    OrderCancelled = "order.cancelled";
}
