//! How far a message that we sent has come.
use purser_entity_messaging::message::{ActiveModel, Column, Direction, Status};
use purser_store::{
    ports::{DeliveryStatus, StatusUpdate},
    prelude::*,
};

/// What a message is now, and where it can have come from. Providers report late, twice and in any order; what was read is
/// never merely delivered again, and what arrived has not failed.
const fn transition(status: DeliveryStatus) -> (Status, &'static [Status]) {
    match status {
        DeliveryStatus::Sent => (Status::Sent, &[Status::Queued]),
        DeliveryStatus::Delivered => (Status::Delivered, &[Status::Queued, Status::Sent]),
        DeliveryStatus::Read => (Status::Read, &[Status::Queued, Status::Sent, Status::Delivered]),
        DeliveryStatus::Failed => (Status::Failed, &[Status::Queued, Status::Sent]),
    }
}

const MAX_ERROR: usize = 4000;

/// Moves the message forward in one statement, so that two reports at once cannot overtake each other.
pub(super) async fn update(tx: &WriteTx, update: StatusUpdate) -> Result<(), Problem> {
    let StatusUpdate { integration_id, external_id, status, at, error } = update;
    let (to, from) = transition(status);
    let behind = Column::IntegrationId
        .eq(integration_id)
        .and(Column::ExternalId.eq(external_id))
        .and(Column::Direction.eq(Direction::Outbound))
        .and(Column::Status.is_in(from.iter().copied()));
    tx.update_where(behind, |row: &mut ActiveModel| {
        row.status = Set(to);
        row.status_at = Set(at);
        row.error = Set(error.map(|error| text::fit(&error, MAX_ERROR)));
    })
    .await?;
    Ok(())
}
