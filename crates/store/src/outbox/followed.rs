//! Reading along in the order of an organization's events.
use super::{Event, numbering::SEQUENCE};
use crate::{ReadTx, prelude::*};
use purser_entity_platform::{number_sequence, outbox_event};

impl ReadTx {
    /// The number of the newest event; 0 before the first.
    pub async fn newest_event(&self) -> Result<i64, Problem> {
        let head = self.find::<number_sequence::Entity>().filter(Field::eq(number_sequence::Column::Name, SEQUENCE));
        Ok(head.one().await?.map_or(0, |head| head.next_value.saturating_sub(1)))
    }

    /// The events behind the one with this number, in their order.
    ///
    /// Numbers are given after the commit, without a gap and by one dispatcher at a time: whoever has read up to a number has read
    /// all that there is up to it, whenever it was committed.
    pub async fn events_after(&self, sequence: i64, limit: u64) -> Result<Vec<Event>, Problem> {
        let rows = self.find::<outbox_event::Entity>().filter(Field::gt(outbox_event::Column::Sequence, sequence));
        let rows = rows.order_by(outbox_event::Column::Sequence, Asc).all(limit).await?;
        Ok(rows.into_iter().filter_map(|row| row.sequence.map(|number| Event::numbered(row, number))).collect())
    }
}
