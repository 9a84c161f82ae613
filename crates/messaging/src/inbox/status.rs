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

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Delivered, Failed, Queued, Read, Received, Sent};

    const REPORTS: [(DeliveryStatus, Status); 4] = [
        (DeliveryStatus::Sent, Sent),
        (DeliveryStatus::Delivered, Delivered),
        (DeliveryStatus::Read, Read),
        (DeliveryStatus::Failed, Failed),
    ];

    /// How far a message has come; `None` where nothing follows.
    const fn distance(status: Status) -> Option<u8> {
        match status {
            Queued => Some(0),
            Sent => Some(1),
            Delivered => Some(2),
            Read => Some(3),
            Received | Failed => None,
        }
    }

    #[test]
    fn a_report_moves_a_message_forward_and_never_back() {
        for (report, becomes) in REPORTS {
            let (to, from) = transition(report);
            assert_eq!(to, becomes);
            for now in [Received, Queued, Sent, Delivered, Read, Failed] {
                let forward = match (distance(now), distance(to)) {
                    (Some(now), Some(next)) => now < next,
                    // What arrived has not failed.
                    (Some(now), None) => now < 2,
                    // What failed, and what a customer sent to us, stays what it is.
                    (None, _) => false,
                };
                assert_eq!(from.contains(&now), forward, "{now:?} reported {report:?}");
            }
        }
    }
}
