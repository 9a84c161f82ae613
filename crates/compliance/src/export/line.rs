//! The lines of an export.
use crate::{leaf::sealed_form, seals::Seal};
use purser_entity_compliance::audit_seal_entry;
use purser_entity_platform::audit_detail;
use purser_kernel::{OrganizationId, hex, ids::AuditLogId};
use purser_store::AuditLog;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the header calls the format.
pub const FORMAT: &str = "purser-audit-export/1";

/// A line of an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The first line.
    Header {
        /// [`FORMAT`].
        format: String,
        /// Whose trail.
        organization_id: OrganizationId,
        /// Whether entries were left out: nobody can tell then whether others were, too.
        filtered: bool,
        /// The number of the last seal when the export began; 0 before the first.
        seals: i64,
        /// Whether personal data was masked: then nothing in it is what was hashed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        masked: bool,
    },
    /// A seal.
    Seal(Seal),
    /// An entry, or the place of one that is gone.
    Entry {
        /// As it is hashed; nothing when it is gone.
        entry: Option<Value>,
        /// What is personal in it; nothing when it was erased.
        details: Option<Details>,
        /// Where it is sealed; nothing when it is not yet.
        place: Option<Place>,
    },
    /// The last line.
    End {
        /// How many lines were entries.
        entries: u64,
    },
}

/// What is personal in an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// What is hashed before it, in hexadecimal digits.
    pub salt: String,
    /// What is personal.
    pub data: Value,
}

/// Where an entry is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The seal's number.
    pub seal: i64,
    /// The place in it, from 0.
    pub position: i32,
    /// The entry.
    pub audit_id: AuditLogId,
    /// Its hash when it was sealed, in hexadecimal digits.
    pub leaf: String,
}

impl From<&audit_seal_entry::Model> for Place {
    fn from(row: &audit_seal_entry::Model) -> Self {
        Self { seal: row.seal_number, position: row.position, audit_id: row.audit_id, leaf: hex::encode(&row.leaf) }
    }
}

impl From<&audit_detail::Model> for Details {
    fn from(row: &audit_detail::Model) -> Self {
        Self { salt: hex::encode(&row.salt), data: row.details.clone() }
    }
}

impl Line {
    /// The line of an entry.
    pub(super) fn entry(log: &AuditLog, place: Option<&audit_seal_entry::Model>) -> Self {
        Self::Entry {
            entry: Some(sealed_form(&log.entry)),
            details: log.details.as_ref().map(Details::from),
            place: place.map(Place::from),
        }
    }

    /// The line of an entry that is gone.
    pub(super) fn gone(place: &audit_seal_entry::Model) -> Self {
        Self::Entry { entry: None, details: None, place: Some(place.into()) }
    }
}
