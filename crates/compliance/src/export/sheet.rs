//! The trail as CSV (RFC 4180), for people and their spreadsheets.
use super::{PART, Part, is_last, masked, places};
use crate::{leaf::time, sealer::behind};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use purser_entity_compliance::audit_seal_entry;
use purser_entity_platform::audit_log;
use purser_kernel::{formula, ids::AuditLogId};
use purser_store::{AuditFilter, AuditLog, name_of, prelude::*};
use uuid::Uuid;

/// Without it spreadsheets do not take a file as UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

const COLUMNS: [&str; 18] = [
    "id",
    "created_at",
    "category",
    "severity",
    "outcome",
    "actor_kind",
    "actor_id",
    "on_behalf_of",
    "action",
    "resource",
    "resource_id",
    "request_id",
    "ip",
    "user_agent",
    "changes",
    "is_erased",
    "seal",
    "position",
];

/// The trail as a table, the oldest entry first.
#[derive(Clone, Debug)]
pub struct Sheet {
    filter: AuditFilter,
    is_masked: bool,
    is_begun: bool,
    is_over: bool,
    /// The last entry.
    after: Option<(Timestamp, AuditLogId)>,
}

impl Sheet {
    /// The entries that `filter` finds.
    pub fn new(filter: AuditFilter) -> Self {
        Self { filter, is_masked: false, is_begun: false, is_over: false, after: None }
    }

    /// With personal data masked, if so.
    pub fn masked(self, is_masked: bool) -> Self {
        Self { is_masked, ..self }
    }

    /// The next part; nothing when that was all.
    pub async fn next(&mut self, tx: &ReadTx) -> Result<Option<Part>, Problem> {
        tx.scope().require(Permission::AuditRead)?;
        if self.is_over {
            return Ok(None);
        }
        let entries = self.filter.clone().find(tx)?.filter_if(self.after.map(behind));
        let entries = entries.order_by(audit_log::Column::CreatedAt, Asc).order_by(audit_log::Column::Id, Asc);
        let logs = AuditLog::all(tx, entries.all(PART).await?).await?;
        let last = logs.last().map(|log| (log.entry.created_at, log.entry.id));
        let logs = if self.is_masked { masked(tx, logs).await? } else { logs };
        let places = places(tx, &logs).await?;
        let start = if self.is_begun { Vec::new() } else { BYTE_ORDER_MARK.to_vec() };
        let mut lines =
            WriterBuilder::new().quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).from_writer(start);
        if !self.is_begun {
            lines.write_record(COLUMNS).map_err(Problem::internal)?;
        }
        for log in &logs {
            let cells = cells(log, places.get(&log.entry.id));
            // What clients call themselves ends up in cells, too.
            let cells = cells.iter().map(|cell| formula::disarmed(cell).into_owned());
            lines.write_record(cells.map(String::into_bytes)).map_err(Problem::internal)?;
        }
        let bytes = lines.into_inner().map_err(|error| Problem::internal(error.to_string()))?;
        self.is_begun = true;
        self.is_over = is_last(logs.len());
        self.after = last;
        Ok(Some(Part { bytes, ids: logs.iter().map(|log| log.entry.id).collect() }))
    }
}

fn cells(log: &AuditLog, place: Option<&audit_seal_entry::Model>) -> [String; 18] {
    let entry = &log.entry;
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    [
        entry.id.to_string(),
        time(entry.created_at),
        name_of(&entry.category),
        name_of(&entry.severity),
        name_of(&entry.outcome),
        entry.actor_kind.clone(),
        id(entry.actor_id),
        id(entry.on_behalf_of),
        entry.action.clone(),
        entry.resource.clone(),
        id(entry.resource_id),
        entry.request_id.clone(),
        log.ip().unwrap_or_default(),
        log.user_agent().unwrap_or_default(),
        log.changes().to_string(),
        log.is_erased().to_string(),
        place.map(|place| place.seal_number.to_string()).unwrap_or_default(),
        place.map(|place| place.position.to_string()).unwrap_or_default(),
    ]
}
