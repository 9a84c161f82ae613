//! How far a mailbox's history has come.
use purser_entity_integrations::inbound_position::{ActiveModel, Column};
use purser_kernel::ids::IntegrationId;
use purser_store::prelude::*;

/// Moves it forward. `false` when it has come so far already: pushes come late, twice and in any order, and of two at once one waits here
/// for the other.
pub(crate) async fn advance(tx: &WriteTx, integration_id: IntegrationId, to: i64) -> Result<bool, Problem> {
    let first = ActiveModel { integration_id: Set(integration_id), position: Set(to), ..Default::default() };
    if tx.insert_if_absent(first).await? {
        return Ok(true);
    }
    let behind = Column::IntegrationId.eq(integration_id).and(Column::Position.lt(to));
    Ok(tx.update_where(behind, |row: &mut ActiveModel| row.position = Set(to)).await? == 1)
}
