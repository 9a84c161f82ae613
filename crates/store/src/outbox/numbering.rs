//! The places of events in their organization's order.
use super::{BATCH, Event};
use crate::{WriteTx, error::internal, prelude::*};
use purser_entity_platform::{number_sequence, outbox_event::Model};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement};

/// The number sequence that events take their place from.
pub(super) const SEQUENCE: &str = "outbox_events";

/// `$1` the organization, `$2` the first number, `$3` how many at the most, `$4` now. What PostgreSQL returns beside the columns of the events
/// repeats one of them, and SQLite returns no other.
const NUMBER: &str = "
WITH waiting AS (SELECT id FROM outbox_events WHERE organization_id = $1 AND sequence IS NULL ORDER BY id LIMIT $3),
     numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM waiting)
UPDATE outbox_events SET sequence = $2 + place, dispatched_at = $4 FROM numbered
 WHERE outbox_events.organization_id = $1 AND outbox_events.id = numbered.id RETURNING *";

/// Locks the organization's event sequence and returns its next number.
pub(super) async fn head(tx: &WriteTx) -> Result<i64, Problem> {
    let locked = || tx.find_for_update().filter(Field::eq(number_sequence::Column::Name, SEQUENCE));
    if let Some(head) = locked().one().await? {
        return Ok(head.next_value);
    }
    let first =
        number_sequence::ActiveModel { name: Set(SEQUENCE.to_owned()), next_value: Set(1), ..Default::default() };
    tx.insert_if_absent(first).await?;
    let head = locked().one().await?.ok_or_else(|| Problem::internal("the sequence was just written"))?;
    Ok(head.next_value)
}

/// Gives the events that have no number theirs, from `first` on in the order of their ids, and returns them in it.
pub(super) async fn number(tx: &WriteTx, first: i64) -> Result<Vec<Event>, Problem> {
    let connection = tx.connection();
    let values = [tx.organization().as_uuid().into(), first.into(), BATCH.into(), tx.now().into()];
    let number = Statement::from_sql_and_values(connection.get_database_backend(), NUMBER, values);
    let rows = connection.query_all_raw(number).await.map_err(internal)?;
    let event = |row: &QueryResult| {
        let row = Model::from_query_result(row, "").map_err(internal)?;
        let sequence = row.sequence.ok_or_else(|| Problem::internal("the event was just numbered"))?;
        Ok(Event::numbered(row, sequence))
    };
    let mut events = rows.iter().map(event).collect::<Result<Vec<_>, Problem>>()?;
    events.sort_by_key(|event| event.sequence);
    Ok(events)
}

/// The next event comes behind this number.
pub(super) async fn go_on_behind(tx: &WriteTx, last: i64) -> Result<(), Problem> {
    let sequence = Field::eq(number_sequence::Column::Name, SEQUENCE);
    tx.update_where(sequence, |row: &mut number_sequence::ActiveModel| row.next_value = Set(last + 1)).await.map(|_| ())
}
