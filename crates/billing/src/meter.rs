//! How a use is counted once.
use crate::BillingPeriod;
use async_trait::async_trait;
use purser_entity_billing::{usage_event, usage_event_key};
use purser_kernel::ids::UsageEventId;
use purser_store::{
    ports::{Usage, UsageMeter},
    prelude::*,
};
use std::collections::HashSet;

/// Writes uses into `usage_events`, under the keys of `usage_event_keys`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter;

#[async_trait]
impl UsageMeter for Meter {
    /// Two statements, however many uses. Needs no permission: whoever may do a thing may have it counted.
    async fn record(&self, tx: &WriteTx, usage: &[Usage]) -> Result<(), Problem> {
        let mut uses: Vec<(UsageEventId, &Usage)> =
            usage.iter().map(|usage| (UsageEventId::generate(), usage)).collect();
        // One order for everybody: two transactions that record the same uses wait for one another and never in a circle.
        uses.sort_by(|(_, a), (_, b)| (a.source, &a.idempotency_key).cmp(&(b.source, &b.idempotency_key)));
        let keys = uses.iter().map(|(event, usage)| usage_event_key::ActiveModel {
            source: Set(usage.source.to_owned()),
            idempotency_key: Set(usage.idempotency_key.clone()),
            event_id: Set(*event),
            ..Default::default()
        });
        let new = tx.insert_many_if_absent(keys).await?;
        let new: HashSet<UsageEventId> = new.into_iter().map(|key| key.event_id).collect();
        let events = uses.into_iter().filter(|(event, _)| new.contains(event));
        tx.insert_many(events.map(|(event, usage)| row(tx, event, usage))).await
    }
}

fn row(tx: &WriteTx, id: UsageEventId, usage: &Usage) -> usage_event::ActiveModel {
    usage_event::ActiveModel {
        id: Set(id),
        source: Set(usage.source.to_owned()),
        idempotency_key: Set(usage.idempotency_key.clone()),
        resource_type: Set(usage.resource_type.to_owned()),
        quantity_e4: Set(usage.quantity),
        unit: Set(usage.unit.to_owned()),
        cost_nanos: Set(usage.cost),
        provider: Set(usage.provider.clone()),
        model: Set(usage.model.clone()),
        latency_ms: Set(usage.latency_ms),
        user_id: Set(tx.scope().actor.user()),
        billing_period: Set(BillingPeriod::of(usage.occurred_at).to_string()),
        occurred_at: Set(usage.occurred_at),
        extra: Set(usage.extra.clone()),
        ..Default::default()
    }
}
