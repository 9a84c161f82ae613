//! How sending to endpoints goes.
use purser_entity_integrations::webhook_endpoint_state::{Column, Entity, Model};
use purser_kernel::ids::WebhookEndpointId;
use purser_store::prelude::*;
use std::collections::HashMap;

/// What people are told of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndpointState {
    /// Since when nothing was taken, without a long silence in between.
    pub failing_since: Option<Timestamp>,
    /// Until when nothing is sent, because the endpoint asked for it or did not answer in time.
    pub paused_until: Option<Timestamp>,
}

/// How it goes at each of these endpoints, which the caller has been shown. Asks for no permission of its own: what is shown with an
/// endpoint that was just changed is for those who may change it.
pub async fn states(
    tx: &ReadTx,
    endpoints: &[WebhookEndpointId],
) -> Result<HashMap<WebhookEndpointId, EndpointState>, Problem> {
    let most = u64::try_from(endpoints.len()).unwrap_or(u64::MAX);
    let rows = tx.find::<Entity>().filter(Column::EndpointId.is_in(endpoints.iter().copied())).all(most).await?;
    let now = tx.now();
    Ok(rows.iter().map(|row| (row.endpoint_id, shown(row, now))).collect())
}

/// How it goes at this endpoint.
pub async fn state_of(tx: &ReadTx, endpoint: WebhookEndpointId) -> Result<EndpointState, Problem> {
    let row = tx.find::<Entity>().filter(Column::EndpointId.eq(endpoint)).one().await?;
    Ok(row.map_or_else(EndpointState::default, |row| shown(&row, tx.now())))
}

fn shown(row: &Model, now: Timestamp) -> EndpointState {
    EndpointState { failing_since: row.failing_since, paused_until: row.paused_until.filter(|until| now < *until) }
}

/// Locks the endpoint: what is due there is taken by nobody, and nobody else changes what is done there, until the transaction ends.
///
/// Before the endpoint's own row and before its deliveries: whoever needs several of them takes them in this order.
pub(crate) async fn lock(tx: &WriteTx, endpoint: WebhookEndpointId) -> Result<Model, Problem> {
    let row = tx.find_for_update::<Entity>().filter(Column::EndpointId.eq(endpoint)).one().await?;
    row.ok_or_else(|| Problem::not_found("webhook endpoint"))
}
